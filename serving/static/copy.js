// Copies the field that a button names; where a browser does not let pages copy, the text is chosen, ready for Ctrl-C.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
    } catch { /* it stays chosen */ }
  });
}
