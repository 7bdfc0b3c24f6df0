/* The design system comes to life, and again in each part that htmx has fetched: a second init() of the whole would bind twice. */
DKFDS.init();
document.body.addEventListener("htmx:afterSwap", (swapped) => DKFDS.init({ scope: swapped.detail.elt }));
/* What is kept as it is filled in was not kept this time: a part that has words for it shows them. */
for (const lost of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(lost, ({ detail }) => detail.target.querySelector("[data-lost]")?.removeAttribute("hidden"));
}
/* Without a connection it stays where it is, and is sent as soon as there is one again. */
let unsent = null;
const again = () => unsent && htmx.trigger(unsent, "change");
for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(lost, ({ detail }) => (unsent = detail.elt));
}
document.body.addEventListener("htmx:afterSwap", () => (unsent = null));
window.addEventListener("online", again);
setInterval(again, 15000);
document.body.addEventListener("submit", (sent) => {
  const words = document.querySelector("[data-lost]");
  if (!words || (navigator.onLine && !unsent)) return;
  sent.preventDefault();
  words.removeAttribute("hidden");
  again();
});
/* The address of a page may be a key: it is told to nobody. */
document.body.addEventListener("htmx:configRequest", (asked) => delete asked.detail.headers["HX-Current-URL"]);
