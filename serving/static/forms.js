// A filter shows what was chosen at once; without scripts its button does.
for (const chosen of document.querySelectorAll("form.filter select")) chosen.addEventListener("change", () => chosen.form.submit());
