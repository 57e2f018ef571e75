// Wakes the live figures of a page: a book's, JupyterLab's, any that shows HTML.
//
// Each is a place of class live-figure around a still picture and, as JSON, the state of
// the widget with its script and style. When such a place comes near the window, the
// figure draws in place of the picture. If anything fails, and on paper, the picture
// stays. Every figure brings these lines along.
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

  async function wake(place) {
    const pictures = [...place.childNodes];
    const style = document.createElement("style");
    const live = document.createElement("div");
    try {
      const values = JSON.parse(place.querySelector("script").textContent);
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

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      wake(target);
    }
  }, { rootMargin: "600px" });
  const places = [...document.querySelectorAll(".live-figure:not([data-near])")];
  places.forEach((place) => {
    place.dataset.near = "";
    near.observe(place);
  });
  const kind = location.hash.match(/^#live-(\w+)\?/)?.[1]; // a copied link
  const meant = places.find((place) => place.dataset.kind === kind);
  addEventListener("load", () => meant?.scrollIntoView());
})();
