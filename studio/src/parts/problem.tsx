/** What went wrong, in the library's words: they say what was expected, where, what came, and what to do. */
export function Problem({ error }: { error: Error }) {
  return (
    <p class="problem" role="alert">
      {error.message}
    </p>
  );
}
