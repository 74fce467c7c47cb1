// What both js-libp2p peers share: the command line, the events and the bootstrap protocol itself. Everything that
// depends on the version of js-libp2p is behind the adapter that is handed to main():
//   { name, muxers, createNode({ listen?, muxers, seed? }) } where a node is
//   { peerId, addrs(), handle(protocol, fn(stream, peerId)), dial(addr, { signal }), stop() }, a connection is
//   { open(protocol, { signal }), closed: Promise, identify(), ping() } and a stream is
//   { read(limit, { signal }) to the end of the stream, write(bytes, { signal }), closeWrite({ signal }), reset() }.
// The contract is in ../../README.md.
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const PROTOCOL = '/taleus/bootstrap/1.0.0'
const MAX_MESSAGE = 64 * 1024
const FIELD_TIMEOUT = 5000
const REPEATABLE = ['rate_limited', 'overloaded', 'dependency_unavailable', 'shutting_down', 'in_progress', 'token_in_use', 'timeout']

let few = false // of a listener's events only ready and error are printed
const emit = (event, members = {}) => {
  if (few && event !== 'ready' && event !== 'error') return
  process.stdout.write(JSON.stringify({ event, ...members }) + '\n')
}

// A pipe takes what is written in its own time, and process.exit waits for none of it.
const end = async (code) => {
  await new Promise((resolve) => process.stdout.write('', resolve))
  process.exit(code)
}
const encode = (message) => new TextEncoder().encode(JSON.stringify(message))
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const random = (bytes) => randomBytes(bytes).toString('base64url')
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const others = (message, ...known) => Object.keys(message).filter((name) => !known.includes(name)).sort()

class UsageError extends Error {}

class Refusal extends Error {
  constructor (response) {
    super(`refused: ${response.reason}`)
    this.code = typeof response.code === 'string' ? response.code : undefined
    this.reason = response.reason ?? ''
  }
}

class Failure extends Error {
  constructor (code, message) {
    super(message)
    this.code = code
  }
}

function parseObject (data) {
  let value
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data))
  } catch { /* falls through to the check */ }
  return isObject(value) ? value : undefined
}

function reasonFor (code) {
  if (['invalid_token', 'token_expired', 'token_used', 'token_in_use', 'token_revoked'].includes(code)) return 'Invalid token'
  if (code === 'invalid_identity') return 'Invalid identity'
  if (code === 'overloaded') return 'Service temporarily unavailable - too many concurrent sessions'
  return `refused by the interop peer: ${code}`
}

// ---------------------------------------------------------------------------------------------------- listening

class Listener {
  constructor (adapter, options) {
    Object.assign(this, options)
    this.name = adapter.name
    this.sessions = [] // foil sessions that were approved; they outlive stream and connection
  }

  async handle (stream, peerId) {
    const signal = AbortSignal.timeout(30_000)
    try {
      const message = parseObject(await stream.read(MAX_MESSAGE, { signal }))
      const isContact = message !== undefined && 'token' in message
      const isDatabase = message !== undefined && 'tally' in message
      const answer = async (value) => {
        await stream.write(encode(value), { signal })
        await stream.closeWrite({ signal })
      }
      // Events are printed before the answer is written: whoever has the answer may count on the event.
      const refuse = async (code) => {
        const reason = reasonFor(code)
        const refusal = isDatabase && !isContact ? { accepted: false, reason } : { approved: false, reason }
        if (this.extensions) {
          refusal.code = code
          if (REPEATABLE.includes(code)) refusal.retryAfterMs = 200
        }
        emit('refused', { code, reason, peerId })
        await answer(refusal)
      }
      if (isContact === isDatabase) return await refuse('malformed')
      if (isContact) {
        const { token, partyId, cadrePeerAddrs, identityBundle } = message
        if (typeof token !== 'string' || typeof partyId !== 'string' || !Array.isArray(cadrePeerAddrs) || identityBundle === undefined) {
          return await refuse('malformed')
        }
        emit('contact', { token, partyId, peerId, cadrePeerAddrs, identityBundle, extra: others(message, 'token', 'partyId', 'cadrePeerAddrs', 'identityBundle') })
      } else {
        const { tally, dbConnectionInfo: info, sessionId } = message
        if (!isObject(tally) || !isObject(info) || typeof tally.tallyId !== 'string' || typeof info.endpoint !== 'string') {
          return await refuse('malformed')
        }
        emit('database', {
          tallyId: tally.tallyId,
          createdBy: tally.createdBy,
          endpoint: info.endpoint,
          credentialsRef: info.credentialsRef,
          sessionId,
          peerId,
          extra: others(message, 'tally', 'dbConnectionInfo', 'sessionId')
        })
      }
      switch (this.behaviour) {
        case 'silent':
          return // the stream stays open, unanswered, until the other side or the process ends
        case 'garbage':
          await stream.write(new TextEncoder().encode('this is no JSON {'), { signal })
          return await stream.closeWrite({ signal })
        case 'reset':
          emit('reset', { peerId })
          return stream.reset()
        case 'refuse':
          return await refuse(this.refuse)
      }
      if (isContact) {
        await this.contact(message, peerId, answer, refuse)
      } else if (this.behaviour === 'field') {
        // The listener in the field takes whatever arrives for a new contact, and finds no token in it.
        emit('refused', { code: 'invalid_token', reason: 'Invalid token', peerId })
        await answer({ approved: false, reason: 'Invalid token' })
      } else {
        await this.database(message, peerId, answer, refuse)
      }
    } catch (err) {
      emit('error', { message: String(err?.message ?? err), peerId })
      stream.reset()
    }
  }

  async contact ({ token, partyId, identityBundle }, peerId, answer, refuse) {
    if (this.tokens !== undefined && !this.tokens.includes(token)) return await refuse('invalid_token')
    if (partyId === '' || identityBundle?.partyId !== partyId) return await refuse('invalid_identity')
    const result = { approved: true, partyId: this.peerId, cadrePeerAddrs: this.cadre }
    const event = { token, partyId, peerId }
    const sessionId = random(16)
    if (this.extensions) result.sessionId = event.sessionId = sessionId
    if (this.role === 'stock') {
      const tallyId = `tally-${random(12)}`
      result.provisionResult = {
        tally: { tallyId, createdBy: 'stock' },
        dbConnectionInfo: { endpoint: `wss://${this.name}.example/${tallyId}`, credentialsRef: `ref-${tallyId}` }
      }
      event.tallyId = tallyId
    } else {
      if (this.extensions) result.expiresInMs = 20_000
      this.sessions.push({ sessionId, peerId, done: false })
    }
    emit('approved', event)
    await answer(result)
  }

  // Which session a database result belongs to, or the code that says why to none.
  find (sessionId, peerId, tallyId) {
    const own = this.sessions.filter((session) => session.peerId === peerId)
    if (sessionId !== undefined && this.extensions) {
      const session = own.find((session) => session.sessionId === sessionId)
      if (session === undefined) return 'no_such_session'
      return session.done && session.tallyId !== tallyId ? 'conflict' : session
    }
    const again = own.find((session) => session.done && session.tallyId === tallyId)
    const waiting = own.filter((session) => !session.done)
    if (again !== undefined) return again
    return waiting.length === 1 ? waiting[0] : waiting.length === 0 ? 'no_such_session' : 'ambiguous_session'
  }

  async database ({ tally: { tallyId, createdBy }, sessionId }, peerId, answer, refuse) {
    if (createdBy !== this.role) return await refuse('role_mismatch')
    const session = this.find(sessionId, peerId, tallyId)
    if (typeof session === 'string') return await refuse(session)
    session.done = true
    session.tallyId = tallyId
    emit('acknowledged', { tallyId, sessionId: this.extensions ? session.sessionId : undefined, peerId })
    await answer({ accepted: true, tallyId })
  }
}

async function listen (adapter, options) {
  const listener = new Listener(adapter, options)
  const node = await adapter.createNode({ listen: `/ip4/127.0.0.1/tcp/${options.port}`, muxers: options.muxers, seed: options.seed })
  listener.peerId = node.peerId
  listener.cadre = node.addrs()
  await node.handle(PROTOCOL, (stream, peerId) => listener.handle(stream, peerId))
  const stopped = new Promise((resolve) => {
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
  })
  emit('ready', { peerId: node.peerId, addrs: node.addrs() })
  await stopped
  await Promise.race([node.stop(), sleep(1000)])
  return 0
}

// ------------------------------------------------------------------------------------------------------ dialing

class Dialer {
  constructor (adapter, options) {
    Object.assign(this, options)
    this.adapter = adapter
    this.role = this.link.initiatorRole
  }

  async connect (signal) {
    const node = await this.adapter.createNode({ muxers: this.muxers })
    const failures = []
    for (const addr of this.link.responderPeerAddrs) {
      try {
        const connection = await node.dial(addr, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) })
        return { node, connection, since: Date.now() }
      } catch (err) {
        failures.push(err.message)
      }
    }
    await node.stop()
    throw new Failure('unreachable', `unreachable: ${failures.join('; ')}`)
  }

  step (signal) {
    return this.behaviour === 'field' ? AbortSignal.any([signal, AbortSignal.timeout(FIELD_TIMEOUT)]) : signal
  }

  // Sends one message on a stream of its own and reads the answer to its end.
  async exchange ({ connection }, message, signal) {
    const stream = await connection.open(PROTOCOL, { signal })
    try {
      await stream.write(encode(message), { signal })
      await stream.closeWrite({ signal })
      return await stream.read(MAX_MESSAGE, { signal })
    } catch (err) {
      stream.reset()
      throw err
    }
  }

  contact (partyId) {
    return { token: this.link.token, partyId, identityBundle: { partyId }, cadrePeerAddrs: [`cadre-node-1.${this.prefix}.example.com`] }
  }

  parse (data) {
    if (data.length === 0) throw new Failure('peer_gone', 'the stream ended without a response')
    const value = parseObject(data)
    if (value === undefined) throw new Failure('malformed', 'the response is no JSON object')
    return value
  }

  async session (reached, partyId, result, signal) {
    const response = this.parse(await this.exchange(reached, this.contact(partyId), this.step(signal)))
    result.response = response
    if (typeof response.sessionId === 'string') result.sessionId = response.sessionId
    if (typeof response.approved !== 'boolean') throw new Failure('malformed', 'the response has no member approved')
    if (!response.approved) throw new Refusal(response)
    if (isObject(response.provisionResult) !== (this.role === 'stock')) {
      throw new Failure('role_mismatch', 'provisionResult contradicts the role of the link')
    }
    if (this.role === 'stock') {
      const { tally, dbConnectionInfo } = response.provisionResult
      if (tally?.createdBy !== 'stock') throw new Failure('role_mismatch', 'createdBy contradicts the role of the link')
      result.tallyId = tally.tallyId
      result.endpoint = dbConnectionInfo?.endpoint
      return
    }
    if (this.behaviour === 'no-message-3') return
    const tallyId = result.tallyId = `tally-${random(12)}`
    const endpoint = result.endpoint = `wss://${this.adapter.name}.example/${tallyId}`
    const database = { tally: { tallyId, createdBy: 'foil' }, dbConnectionInfo: { endpoint, credentialsRef: `ref-${tallyId}` } }
    if (this.extensions && result.sessionId !== undefined) database.sessionId = result.sessionId
    if (this.behaviour === 'field') {
      // The dialer in the field writes its database and takes that for success: it reads no answer.
      const step = this.step(signal)
      const stream = await reached.connection.open(PROTOCOL, { signal: step })
      await stream.write(encode(database), { signal: step })
      await stream.closeWrite({ signal: step })
      return
    }
    const data = await this.exchange(reached, database, signal)
    if (data.length === 0) {
      result.acknowledged = false
      return
    }
    const acknowledgement = result.acknowledgement = this.parse(data)
    if (acknowledgement.accepted === true) {
      if (acknowledgement.tallyId !== tallyId) throw new Failure('conflict', 'the acknowledgement names another tally')
      result.acknowledged = true
      return
    }
    if (acknowledgement.accepted === false || typeof acknowledgement.code === 'string') throw new Refusal(acknowledgement)
    throw new Failure('not_acknowledged', 'the answer to the database result is no acknowledgement')
  }

  async halfContact ({ connection }, partyId, signal) {
    const stream = await connection.open(PROTOCOL, { signal })
    const message = encode(this.contact(partyId))
    await stream.write(message.subarray(0, message.length >> 1), { signal })
    await sleep(50)
    stream.reset()
  }

  // Says nothing and waits for the other side to lose patience.
  async idle ({ connection, since }, result, signal) {
    const event = { index: result.index, what: 'connection' }
    const overdue = () => new Error('the other side closed nothing in time')
    if (this.behaviour === 'idle') {
      event.what = 'stream'
      since = Date.now()
      const stream = await connection.open(PROTOCOL, { signal })
      event.reset = false
      try {
        const response = parseObject(await stream.read(MAX_MESSAGE, { signal }))
        if (response !== undefined) result.response = event.response = response
      } catch {
        event.reset = true
      }
      stream.reset()
      if (signal.aborted) throw overdue()
    } else {
      await Promise.race([
        connection.closed,
        new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(overdue())))
      ])
    }
    emit('closed', { ...event, afterMs: Date.now() - since })
  }

  async run (index, shared) {
    const partyId = this.behaviour === 'field' ? randomUUID() : `${this.prefix}-${index}`
    const result = { index, outcome: 'done', role: this.role, partyId }
    const signal = AbortSignal.timeout(this.timeout)
    let reached
    try {
      reached = this.many ? await this.connect(signal) : await shared
      result.peerId = reached.node.peerId
      switch (this.behaviour) {
        case 'half-contact':
          await this.halfContact(reached, partyId, signal)
          break
        case 'idle':
        case 'idle-connection':
          await this.idle(reached, result, signal)
          break
        default:
          await this.session(reached, partyId, result, signal)
      }
    } catch (err) {
      result.outcome = err instanceof Refusal ? 'refused' : 'failed'
      if (err instanceof Refusal) result.reason = err.reason
      else result.error = String(err?.message ?? err)
      if ((err instanceof Refusal || err instanceof Failure) && err.code !== undefined) result.code = err.code
    }
    if (this.many) await reached?.node.stop()
    emit('session', result)
    return result.outcome
  }
}

async function dial (adapter, options) {
  const dialer = new Dialer(adapter, options)
  const counts = { done: 0, refused: 0, failed: 0 }
  const shared = options.many ? undefined : dialer.connect(AbortSignal.timeout(options.timeout))
  shared?.catch(() => {}) // every session reports it
  let next = 0
  await Promise.all(Array.from({ length: Math.min(options.concurrency, options.sessions) }, async () => {
    while (next < options.sessions) counts[await dialer.run(next++, shared)]++
  }))
  await shared?.then(({ node }) => Promise.race([node.stop(), sleep(1000)]), () => {})
  emit('summary', { sessions: options.sessions, ...counts })
  return counts.done === options.sessions ? 0 : 1
}

// Asks for what every libp2p node answers besides the bootstrap: identify and ping.
async function probe (adapter, { addr, timeout, muxers }) {
  const signal = AbortSignal.timeout(timeout)
  const node = await adapter.createNode({ muxers })
  const connection = await node.dial(addr, { signal })
  emit('identify', { ...await connection.identify({ signal }), muxer: connection.muxer() })
  for (let i = 0; i < 3; i++) emit('ping', { peerId: connection.peerId, rttMs: await connection.ping({ signal }) })
  await Promise.race([node.stop(), sleep(1000)])
  return 0
}

// --------------------------------------------------------------------------------------------------- command line

function parseLink (name) {
  const link = JSON.parse(readFileSync(name === '-' ? 0 : name, 'utf8'))
  if (!['stock', 'foil'].includes(link.initiatorRole)) throw new UsageError('link: initiatorRole is neither stock nor foil')
  if (typeof link.token !== 'string') throw new UsageError('link: no token')
  const addrs = link.responderPeerAddrs
  if (!Array.isArray(addrs) || addrs.length === 0 || !addrs.every((addr) => /\/p2p\/[^/]+$/.test(addr))) {
    throw new UsageError('link: no addresses, or one that does not end in a peer id')
  }
  return link
}

function parseCommand (adapter, [command, ...args]) {
  const option = (value) => ({ type: 'string', default: value })
  const common = { muxer: option('') }
  const timeout = { 'timeout-ms': option('30000') }
  const known = {
    listen: { ...common, role: option(''), tokens: option('any'), port: option('0'), seed: option(''), extensions: option('on'), behaviour: option('normal'), events: option('all') },
    dial: {
      ...common, ...timeout, link: option(''), sessions: option('1'), concurrency: option('1'), identities: option('1'), extensions: option('on'),
      behaviour: option('normal'), 'party-prefix': option('party')
    },
    probe: { ...common, ...timeout, addr: option('') }
  }[command]
  if (known === undefined) throw new UsageError('usage: listen|dial|probe …')
  const { values } = parseArgs({ args, options: known })
  const oneOf = (name, allowed) => {
    if (!allowed.includes(values[name])) throw new UsageError(`--${name}: "${values[name]}" is not one of ${allowed.join(', ')}`)
    return values[name]
  }
  const positive = (name) => {
    if (!/^[1-9][0-9]{0,8}$/.test(values[name])) throw new UsageError(`--${name}: not a positive number`)
    return Number(values[name])
  }
  const muxers = values.muxer === '' ? adapter.muxers : [oneOf('muxer', adapter.muxers)]
  if (command === 'probe') return [probe, { addr: values.addr, timeout: positive('timeout-ms'), muxers }]
  const extensions = oneOf('extensions', ['on', 'off']) === 'on' && values.behaviour !== 'field'
  if (command === 'listen') {
    const refuse = /^refuse:(.+)$/.exec(values.behaviour)?.[1]
    if (!/^([0-9a-f]{64})?$/.test(values.seed)) throw new UsageError('--seed: not 64 hex digits')
    const seed = values.seed === '' ? undefined : Buffer.from(values.seed, 'hex')
    const behaviour = refuse !== undefined ? 'refuse' : oneOf('behaviour', ['normal', 'field', 'silent', 'garbage', 'reset'])
    few = oneOf('events', ['all', 'few']) === 'few'
    return [listen, {
      muxers, extensions, behaviour, refuse, seed, role: oneOf('role', ['stock', 'foil']), port: Number(values.port), tokens: values.tokens === 'any' ? undefined : values.tokens.split(',')
    }]
  }
  return [dial, {
    muxers,
    extensions,
    link: parseLink(values.link),
    behaviour: oneOf('behaviour', ['normal', 'field', 'no-message-3', 'half-contact', 'idle', 'idle-connection']),
    sessions: positive('sessions'),
    concurrency: positive('concurrency'),
    many: oneOf('identities', ['1', 'N']) === 'N',
    timeout: positive('timeout-ms'),
    prefix: values['party-prefix']
  }]
}

export async function main (adapter) {
  // A fault of one connection must not end the peer; it is reported and the run goes on.
  process.on('unhandledRejection', (err) => process.stderr.write(`unhandled rejection: ${err?.stack ?? err}\n`))
  process.on('uncaughtException', (err) => process.stderr.write(`uncaught exception: ${err?.stack ?? err}\n`))
  let parsed
  try {
    parsed = parseCommand(adapter, process.argv.slice(2))
  } catch (err) {
    emit('error', { message: err.message })
    process.exit(2)
  }
  try {
    await end(await parsed[0](adapter, parsed[1]))
  } catch (err) {
    emit('error', { message: String(err?.message ?? err) })
    await end(1)
  }
}
