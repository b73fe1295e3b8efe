export function Top() {
  return (
    <header class="page top">
      <h1 class="name">
        <img src="./icon.svg" alt="" /> Cellstate Studio
      </h1>
    </header>
  );
}
