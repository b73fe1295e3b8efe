/** Small labelled data in scripts that set no spaces between words: every text is another, of words that others hold, too. */

/** What is spoken of, how much, and what is said of it: words that praise, then as many that blame. */
const LANGUAGES = {
  chinese: {
    of: ["这部电影", "酒店房间", "今天的晚饭", "新手机", "公司的网站", "那本小说", "火车座位", "孩子的玩具"],
    how: ["非常", "实在", "真的", "有点", "特别", "确实"],
    said: ["好看", "精彩", "舒服", "满意", "糟糕", "难看", "无聊", "失望"],
  },
  japanese: {
    of: ["この映画は", "ホテルの部屋は", "今日の夕食は", "新しい電話は", "会社のサイトは", "あの小説は"],
    how: ["とても", "本当に", "少し", "かなり", "意外と", "いつも"],
    said: ["素晴らしい", "楽しい", "快適です", "便利です", "退屈です", "残念です", "ひどい", "不便です"],
  },
  thai: {
    of: ["หนังเรื่องนี้", "ห้องพักในโรงแรม", "อาหารเย็นวันนี้", "โทรศัพท์ใหม่", "เว็บไซต์ของบริษัท", "หนังสือเล่มนั้น"],
    how: ["ตอนเช้า", "ทุกวัน", "เมื่อวาน", "สำหรับฉัน", "ที่บ้าน", "ตลอดเวลา"],
    said: ["สวยมาก", "สนุก", "อร่อย", "สะดวกดี", "แย่มาก", "น่าเบื่อ", "สกปรก", "ช้าเกินไป"],
  },
} as const;
export type Language = keyof typeof LANGUAGES;

export interface Row {
  text: string;
  label: string;
}

/** All there is to say in a language, in an order without a pattern; half of it is good. */
export function unspaced(language: Language): Row[] {
  const { of, how, said } = LANGUAGES[language];
  const rows = of.flatMap((one) =>
    how.flatMap((much) =>
      said.map((word, k) => ({
        text: `${one}${much}${word}`,
        label: k < said.length / 2 ? "good" : "bad",
      })),
    ),
  );
  const step = 127; // has no factor in common with the number of rows
  return rows.map((_, i) => rows[(i * step) % rows.length]!);
}

/** Every fifth row is held out: none of its texts is among the others. */
export const learned = (rows: readonly Row[]): Row[] => rows.filter((_, i) => i % 5 !== 0);
export const heldOut = (rows: readonly Row[]): Row[] => rows.filter((_, i) => i % 5 === 0);
