// Current releases of js-libp2p, and of what 2.x depends on, call Promise.withResolvers, which Node 20 does not have; without it
// connections hang. This module must be imported before any of theirs.
Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new this((res, rej) => { resolve = res; reject = rej })
  return { promise, resolve, reject }
}
