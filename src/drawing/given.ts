import { instanceOf } from "../base/arguments.js";
import { inputError } from "../base/errors.js";
import { checkPictureOptions, type HeatMapOptions, PICTURE } from "./canvas.js";
import { Markup } from "./markup.js";
import { svgFile } from "./page.js";

/**
 * A picture or page of data that the library gave. The data are deep and plain: where some of it is missing, the error says
 * what it is a drawing of, instead of which of its lines met nothing.
 * @param made what gives the data: "cellView"
 */
export function drawn<A extends unknown[], Drawn>(draw: (...given: A) => Drawn, where: string, made: string) {
  return (...given: A): Drawn => {
    try {
      return draw(...given);
    } catch (cause) {
      const met = [TypeError, RangeError, SyntaxError].some((kind) => cause instanceof kind);
      if (!met) throw cause;
      const error = inputError({ expected: `what ${made} gives`, where, received: given[0] });
      error.cause = cause;
      throw error;
    }
  };
}

/** The same of a picture, whose options are its argument `at`. @param known the options that it has */
export function pictured<A extends unknown[]>(
  draw: (...given: A) => Markup,
  where: string,
  made: string,
  at: number,
  known: readonly string[] = PICTURE,
) {
  const draws = drawn(draw, where, made);
  return (...given: A): Markup => {
    const { [at]: options } = given;
    if (options !== undefined) checkPictureOptions(options as HeatMapOptions, where, known);
    return draws(...given);
  };
}

/**
 * A picture as an SVG file of its own, light and dark.
 * @param picture what a function that draws gave
 * @throws InputError for anything else
 */
export function svgText(picture: Markup): string {
  return svgFile(instanceOf(picture, Markup, "svgText", "a picture that Cellstate drew"));
}
