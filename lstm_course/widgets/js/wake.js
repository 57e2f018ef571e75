// Wakes the live figures of a page: a book's, JupyterLab's, any that shows HTML.
//
// Each is a place of class live-figure around a still picture and, as JSON, the state of
// the widget with its script and style. When such a place comes near the window, the
// figure draws in place of the picture. If anything fails, and on paper, the picture
// stays. Every figure brings these lines along. A figure whose network a book keeps in a
// file of its own (book/_ext/networks.py) draws when it is touched, or asked for by a link.
(() => {
  if (matchMedia("print").matches) return;

  // What an anywidget asks of its model; nobody listens at the other end.
  function localModel(values) {
    const hearers = {};
    return {
      get: (name) => values[name],
      set(name, value) {
        if (values[name] === value) return;
        values[name] = value;
        for (const hear of [...(hearers[`change:${name}`] ?? []), ...(hearers.change ?? [])]) hear();
      },
      save_changes() {},
      send() {},
      on(event, hear) { (hearers[event] ??= new Set()).add(hear); },
      off(event, hear) { hearers[event]?.delete(hear); },
    };
  }

  async function load(text) {
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    try {
      return (await import(url)).default;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  const stateOf = (place) => JSON.parse(place.querySelector("script").textContent);
  const away = (values) => Object.keys(values).filter((key) => values[key]?.file);

  const fetched = (file) => new Promise((done, fail) => { // file:// knows no fetch
    const script = document.createElement("script");
    script.src = `${document.documentElement.dataset.content_root}_static/networks/${file}.js`;
    script.onload = () => done(self.lstmCourse[file]);
    script.onerror = () => fail(Error(script.src));
    document.head.append(script);
  });

  async function wake(place) {
    const pictures = [...place.childNodes];
    const style = document.createElement("style");
    const live = document.createElement("div");
    try {
      const values = stateOf(place);
      for (const key of away(values)) values[key] = await fetched(values[key].file);
      style.textContent = values._css ?? "";
      const widget = await load(values._esm);
      live.style.cssText = "position: absolute; visibility: hidden; width: 100%";
      place.style.position = "relative";
      place.append(style, live);
      await widget.render({ model: localModel(values), el: live });
      await new Promise((drawn) => setTimeout(drawn, 60)); // behind the picture
      pictures.forEach((picture) => picture.remove());
      live.style.cssText = "";
      place.dataset.alive = "";
    } catch (error) {
      live.remove();
      console.error("A live figure stays a picture:", error);
    }
  }

  function offer(place, size) {
    const button = document.createElement("button");
    button.textContent = `Wake this figure (${(size / 1e6).toFixed(1)} MB)`;
    button.className = "wake";
    place.prepend(button);
    place.addEventListener("click", async () => {
      button.disabled = true;
      await wake(place);
      place.querySelector("textarea, select, input")?.focus();
    }, { once: true });
  }

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      wake(target);
    }
  }, { rootMargin: "600px" });
  const kind = location.hash.match(/^#live-(\w+)\?/)?.[1]; // a copied link
  const places = [...document.querySelectorAll(".live-figure:not([data-near])")];
  places.forEach((place) => {
    const values = stateOf(place);
    const size = away(values).reduce((sum, key) => sum + values[key].size, 0);
    const touch = size && place.dataset.kind !== kind;
    if (touch) offer(place, size);
    else near.observe(place);
    place.dataset.near = touch ? "touch" : "";
  });
  const meant = places.find((place) => place.dataset.kind === kind);
  addEventListener("load", () => meant?.scrollIntoView());
})();
