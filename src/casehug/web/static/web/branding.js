// Shows the colour in the preview while it is typed. Without scripts the preview follows after saving.
const input = document.querySelector("[data-colour]");
const preview = document.querySelector(".brand-preview");

if (input && preview) {
  input.addEventListener("input", () => {
    const colour = input.value.trim();
    if (/^#[0-9a-f]{6}$/i.test(colour)) preview.style.setProperty("--brand", colour);
  });
}
