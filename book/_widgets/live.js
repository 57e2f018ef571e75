// Live figures: the anywidgets of a page, without kernel and without server.
//
// The build leaves two things in a page: the state of its widgets, as Jupyter stores
// it, and for each of them <div class="live-figure" data-model="..."> around a still
// picture. When such a place comes near the window, its module is made from the state
// and draws in place of the picture. If anything fails, the picture stays.
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const states = {};
  for (const script of document.querySelectorAll(STATE)) {
    Object.assign(states, JSON.parse(script.textContent).state);
  }

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
      const made = (await import(url)).default;
      return typeof made === "function" ? await made() : made;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  async function wake(place) {
    const values = states[place.dataset.model].state;
    const style = document.createElement("style");
    style.textContent = values._css ?? "";
    const live = document.createElement("div");
    const pictures = [...place.childNodes];
    try {
      const widget = await load(values._esm);
      const model = localModel(values);
      await widget.initialize?.({ model });
      live.style.cssText = "position: absolute; visibility: hidden; width: 100%";
      place.style.position = "relative";
      place.append(style, live);
      await widget.render({ model, el: live });
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
  const room = document.createElement("style"); // a place does not jump when it wakes
  room.media = "screen";
  room.textContent = `.live-figure[data-model] { min-height: var(--wide, 0) }
    @media (max-width: 767px) { .live-figure[data-model] { min-height: var(--phone, 0) } }`;
  document.head.append(room);
  const places = [...document.querySelectorAll(".live-figure[data-model]")];
  places.forEach((place) => near.observe(place));
  const kind = location.hash.match(/^#live-(\w+)\?/)?.[1]; // a copied link
  places.find((place) => place.dataset.kind === kind)?.scrollIntoView();
})();
