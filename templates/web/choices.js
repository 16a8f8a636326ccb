// Proposes this device's time zone to whoever has never chosen one. Nothing is kept before a button is pressed.
(() => {
  'use strict';
  const field = document.querySelector('select[data-propose]');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field || !zone || zone === 'UTC' || zone === field.value) return;
  if (![...field.options].some((option) => option.value === zone)) {
    field.add(new Option(zone.replaceAll('_', ' '), zone));
  }
  field.value = zone;
  document.getElementById('proposed').hidden = false;
})();
