/* The design system comes to life, and again in each part that htmx has fetched: a second init() of the whole would bind twice. */
DKFDS.init();
document.body.addEventListener("htmx:afterSwap", (swapped) => DKFDS.init({ scope: swapped.detail.elt }));
/* The address of a page may be a key: it is told to nobody. */
document.body.addEventListener("htmx:configRequest", (asked) => delete asked.detail.headers["HX-Current-URL"]);
