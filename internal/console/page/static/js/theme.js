// Sets the theme before anything is drawn: what the reader chose, else what the
// system prefers. A classic script, since modules run after the first paint.
{
  const chosen = localStorage.getItem("holter.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
