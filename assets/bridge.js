/* Between Dash and the map's modules: the only functions that clientside callbacks call.
   They keep what the page shows on `window.cordon` and say so by an event; the modules may start later. */
(function () {
  const root = document.documentElement;
  const page = (window.cordon = { view: null, choice: null, card: null, asked: null });

  function tell(name, value) {
    page[name] = value;
    window.dispatchEvent(new Event(`cordon:${name}`));
    return null;
  }

  function pressed() {
    return window.dash_clientside.callback_context.triggered_id;
  }

  const functions = {
    language(_zh, _en, now) {
      return pressed() === "lang-en" ? "en" : pressed() === "lang-zh" ? "zh" : now;
    },
    theme(_clicks, now) {
      return (now || root.dataset.theme) === "dark" ? "light" : "dark";
    },
    view(plan, lang, theme) {
      root.lang = lang || root.lang;
      root.dataset.theme = theme || root.dataset.theme;
      return tell("view", { plan, lang: root.lang, theme: root.dataset.theme });
    },
    choose(choice) {
      root.toggleAttribute("data-chosen", Boolean(choice && choice.id));
      return tell("choice", choice || {});
    },
    card(nodes) {
      return tell("card", nodes || []);
    },
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { cordon: functions });
})();
