// Interop peer on js-libp2p 2.x: TCP, Noise and mplex only, as the TypeScript peers in the field. See ../../README.md.
import '../js-common/node20.js'
import { noise } from '@chainsafe/libp2p-noise'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { mplex } from '@libp2p/mplex'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { main } from '../js-common/bootstrap.js'

const MANY = 1_000_000 // our own limits are off: those under test are the other side's
const limits = { maxInboundStreams: MANY, maxOutboundStreams: MANY }

// A stream of js-libp2p 2.x takes one source for all that is ever written; its end closes the writing half.
class Writer {
  queue = []
  wake = () => {}

  constructor (stream) {
    this.stream = stream
  }

  async * source () {
    while (true) {
      while (this.queue.length > 0) {
        const { bytes, sent } = this.queue.shift()
        if (bytes === undefined) return
        yield bytes
        sent() // the stream asks for more: it has taken the bytes
      }
      await new Promise((resolve) => { this.wake = resolve })
    }
  }

  put (bytes) {
    this.sunk ??= this.stream.sink(this.source())
    this.sunk.catch(() => {}) // whoever waits below sees it
    const taken = new Promise((resolve) => this.queue.push({ bytes, sent: resolve }))
    this.wake()
    return bytes === undefined ? this.sunk : Promise.race([taken, this.sunk])
  }
}

function wrapStream (stream, connection) {
  const writer = new Writer(stream)
  const abortable = async (signal, promise) => {
    const abort = () => stream.abort(new Error('timed out'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
  return {
    read: (limit, { signal }) => abortable(signal, (async () => {
      const chunks = []
      let size = 0
      for await (const chunk of stream.source) {
        size += chunk.byteLength
        if (size > limit) throw new Error('message too large')
        chunks.push(chunk.subarray())
      }
      await new Promise((resolve) => setTimeout(resolve)) // the loss of a connection ends its streams first
      if (size === 0 && connection.status !== 'open') throw new Error('the connection was closed')
      return Buffer.concat(chunks)
    })()),
    write: (bytes, { signal }) => abortable(signal, writer.put(bytes)),
    closeWrite: ({ signal }) => abortable(signal, writer.put(undefined)),
    reset: () => stream.abort(new Error('reset by the interop peer'))
  }
}

async function createNode ({ listen, seed }) {
  const node = await createLibp2p({
    privateKey: seed === undefined ? await generateKeyPair('Ed25519') : await generateKeyPairFromSeed('Ed25519', seed),
    addresses: { listen: listen === undefined ? [] : [listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [mplex({ ...limits, disconnectThreshold: MANY })],
    connectionManager: { maxConnections: MANY, inboundConnectionThreshold: MANY, maxIncomingPendingConnections: MANY },
    nodeInfo: { userAgent: 'taleus-interop-js2' },
    services: { identify: identify(), ping: ping() }
  })
  return {
    peerId: node.peerId.toString(),
    addrs: () => node.getMultiaddrs().map((addr) => addr.toString()),
    handle: (protocol, handler) => node.handle(protocol, ({ stream, connection }) => handler(wrapStream(stream, connection), connection.remotePeer.toString()), limits),
    async dial (addr, { signal }) {
      const identified = new Promise((resolve) => node.addEventListener('peer:identify', ({ detail }) => resolve(detail), { once: true }))
      const connection = await node.dial(multiaddr(addr), { signal })
      return {
        peerId: connection.remotePeer.toString(),
        closed: new Promise((resolve) => node.addEventListener('connection:close', ({ detail }) => { if (detail.id === connection.id) resolve() })),
        open: async (protocol, { signal }) => wrapStream(await connection.newStream(protocol, { signal, ...limits }), connection),
        muxer: () => connection.multiplexer,
        async identify ({ signal }) {
          const late = new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(new Error('identify: no answer in time'))))
          const detail = await Promise.race([identified, late])
          return {
            peerId: detail.peerId.toString(),
            agentVersion: detail.agentVersion,
            protocolVersion: detail.protocolVersion,
            protocols: detail.protocols,
            listenAddrs: detail.listenAddrs.map(String),
            observedAddr: detail.observedAddr?.toString()
          }
        },
        ping: ({ signal }) => node.services.ping.ping(connection.remotePeer, { signal })
      }
    },
    stop: () => node.stop()
  }
}

await main({ name: 'js2', muxers: ['mplex'], createNode })
