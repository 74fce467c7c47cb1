// Interop peer on js-libp2p 3.x: TCP, Noise, yamux and mplex. See ../../README.md.
import '../js-common/node20.js'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
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
const muxerFactories = {
  yamux: () => yamux({ ...limits, maxEarlyStreams: MANY }),
  mplex: () => mplex({ ...limits, maxEarlyStreams: MANY, disconnectThreshold: MANY })
}

// Reads by events, and looks at the state besides: where a message and its end arrived in one flight with the negotiation, both
// were read ahead and the message pushed back, and neither 'end' nor 'remoteCloseWrite' comes again.
function readByEvents (stream, connection, limit, signal) {
  return new Promise((resolve, reject) => {
    const chunks = []
    let size = 0
    const fail = (message) => {
      stream.abort(new Error(message))
      reject(new Error(message))
    }
    const end = () => {
      if (stream.status === 'reset' || stream.status === 'aborted') reject(new Error('the stream was reset'))
      else if (size === 0 && connection.status !== 'open') reject(new Error('the connection was closed'))
      else resolve(Buffer.concat(chunks))
    }
    const look = () => { if (stream.remoteWriteStatus === 'closed' && stream.readBufferLength === 0) end() }
    stream.addEventListener('message', ({ data }) => {
      size += data.byteLength
      if (size > limit) return fail('message too large')
      chunks.push(data.subarray())
      look()
    })
    stream.addEventListener('end', end, { once: true })
    stream.addEventListener('close', ({ error }) => error ? reject(error) : end(), { once: true })
    signal.addEventListener('abort', () => fail('timed out'), { once: true })
    if (signal.aborted) fail('timed out')
    look()
  })
}

// Reads as most applications do. This loses to a dialer that sends its message and end along with the proposal of the protocol (see
// readByEvents): it then waits until the stream is reset. Chosen by INTEROP_JS3_READ=iterate, to show that a dialer keeps clear of it.
async function readByIteration (stream, connection, limit, signal) {
  const chunks = []
  let size = 0
  const abort = () => stream.abort(new Error('timed out'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    for await (const chunk of stream) {
      size += chunk.byteLength
      if (size > limit) throw new Error('message too large')
      chunks.push(chunk.subarray())
    }
  } finally {
    signal.removeEventListener('abort', abort)
  }
  if (size === 0 && connection.status !== 'open') throw new Error('the connection was closed')
  return Buffer.concat(chunks)
}

const read = process.env.INTEROP_JS3_READ === 'iterate' ? readByIteration : readByEvents

const wrapStream = (stream, connection) => ({
  read: (limit, { signal }) => read(stream, connection, limit, signal),
  async write (bytes, { signal }) {
    if (!stream.send(bytes)) await stream.onDrain({ signal })
  },
  closeWrite: ({ signal }) => stream.close({ signal }),
  reset: () => stream.abort(new Error('reset by the interop peer'))
})

async function createNode ({ listen, muxers, seed }) {
  const node = await createLibp2p({
    privateKey: seed === undefined ? await generateKeyPair('Ed25519') : await generateKeyPairFromSeed('Ed25519', seed),
    addresses: { listen: listen === undefined ? [] : [listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: muxers.map((name) => muxerFactories[name]()),
    connectionManager: { maxConnections: MANY, inboundConnectionThreshold: MANY, maxIncomingPendingConnections: MANY },
    nodeInfo: { userAgent: 'taleus-interop-js3' },
    services: { identify: identify(), ping: ping() }
  })
  return {
    peerId: node.peerId.toString(),
    addrs: () => node.getMultiaddrs().map((addr) => addr.toString()),
    handle: (protocol, handler) => node.handle(protocol, (stream, connection) => handler(wrapStream(stream, connection), connection.remotePeer.toString()), limits),
    async dial (addr, { signal }) {
      const identified = new Promise((resolve) => node.addEventListener('peer:identify', ({ detail }) => resolve(detail), { once: true }))
      const connection = await node.dial(multiaddr(addr), { signal })
      return {
        peerId: connection.remotePeer.toString(),
        closed: new Promise((resolve) => connection.addEventListener('close', resolve, { once: true })),
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

await main({ name: 'js3', muxers: ['yamux', 'mplex'], createNode })
