// Asks every two seconds whether what is being made is ready, and opens it then; nothing moves under the reader before.
const waiting = document.querySelector("[data-waiting]");
async function look() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!(await answer.text()).includes("data-waiting")) location.reload();
  else setTimeout(look, 2000);
}
if (waiting) setTimeout(look, 2000);
