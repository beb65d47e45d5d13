// The words of a note light up while the pointer or the focus is on it. Everything works without.
const light = (event, on) => {
  const note = event.target.closest?.('details[id^=f]');
  if (!note) return;
  for (const mark of document.querySelectorAll(`mark[data-f~="${note.id.slice(1)}"]`)) {
    mark.classList.toggle('lit', on);
  }
};
for (const [name, on] of [['pointerover', true], ['pointerout', false], ['focusin', true], ['focusout', false]]) {
  document.addEventListener(name, (event) => light(event, on));
}
