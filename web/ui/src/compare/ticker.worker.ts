// A clock beside the page: what the page draws does not hold it up, and a hidden page's timers are
// slowed where a worker's are not. Nested in a message, a timer has no least time either.
addEventListener('message', ({ data }: MessageEvent<number>) => {
  setTimeout(() => postMessage(performance.now()), data);
});
