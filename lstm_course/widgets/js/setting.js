// What the worker is asked to make of the settings.
export function settingOf(now, biased, batch) {
  const side = (which) => ({ cell: now[which], bias: biased[now[which]] ? now[`${which}_bias`] : null });
  const sides = [side("left"), ...(now.right ? [side("right")] : [])];
  return { task: now.task, size: now.size, sides, width: now.width, gain: now.gain, lr: now.lr, seed: now.seed, batch };
}
