/* The design system comes to life, and again in each part that htmx has fetched: a second init() of the whole would bind twice. */
DKFDS.init();
document.body.addEventListener("htmx:afterSwap", (swapped) => DKFDS.init({ scope: swapped.detail.elt }));
/* What is kept as it is filled in was not kept this time: a part that has words for it shows them. */
for (const lost of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(lost, ({ detail }) => detail.target.querySelector("[data-lost]")?.removeAttribute("hidden"));
}
/* The address of a page may be a key: it is told to nobody. */
document.body.addEventListener("htmx:configRequest", (asked) => delete asked.detail.headers["HX-Current-URL"]);
