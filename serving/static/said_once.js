// That something was stored is said once: the address forgets it, so that a reload does not say it again.
const here = new URL(window.location.href);
if (here.searchParams.has("saved")) {
  here.searchParams.delete("saved");
  window.history.replaceState(null, "", here);
}
