// What a page does that it shouldn't, when a fault asks for it. The module's own script knows nothing of this but the
// name `misbehave`.
"use strict";

(() => {
  const post = (message) => window.parent.postMessage(message, "*");
  const onTouch = (action) => window.addEventListener("pointerdown", action);

  const acts = {
    // An answer that nobody asked for.
    early: ({ post: posts }) => posts.forEach(post),
    // The answer in the very moment in which the frame goes away: its window is gone when it arrives.
    parting: ({ post: posts }) => window.addEventListener("pagehide", () => posts.forEach(post)),
    // An object that contains itself: it can be posted, and it is no JSON.
    cyclic: ({ post: posts }) =>
      posts.forEach((message) => {
        message.data.self = message;
        post(message);
      }),
    navigate: ({ to }) => {
      window.location.href = to;
    },
    popup: ({ to }) => onTouch(() => window.open(to, "_blank", "width=400,height=300")),
    takeOver: ({ to }) =>
      onTouch(() => {
        window.top.location.href = to;
      }),
    dialog: () => {
      window.alert("모듈의 alert");
      window.confirm("모듈의 confirm");
      window.prompt("모듈의 prompt");
    },
  };

  window.misbehave = (act) => acts[act.do](act);

  const told = document.getElementById("mischief");
  // One that throws (a sandbox forbids it) must not keep the others from trying.
  for (const act of told === null ? [] : JSON.parse(told.textContent)) {
    try {
      window.misbehave(act);
    } catch (error) {
      console.warn(act.do, error);
    }
  }
})();
