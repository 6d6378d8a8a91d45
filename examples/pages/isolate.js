// A service worker that sends what a server may not be able to: the headers that isolate a page.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  event.respondWith(
    fetch(event.request).then((response) => {
      // An answer from elsewhere that says nothing of itself cannot be changed.
      if (response.type === "opaque") return response;
      const headers = new Headers(response.headers);
      headers.set("cross-origin-opener-policy", "same-origin");
      headers.set("cross-origin-embedder-policy", "require-corp");
      const { status, statusText, body } = response;
      return new Response(body, { status, statusText, headers });
    }),
  );
});
