//! The respondent's side.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use serde_json::{json, Value};

use crate::node::{read_message, write_message, Muxer, Node, Told};
use crate::{emit, random};

pub struct Options {
    pub token: String,
    pub role: String,
    pub addrs: Vec<(PeerId, Multiaddr)>,
    pub sessions: usize,
    pub concurrency: usize,
    pub many: bool,
    pub muxer: Muxer,
    pub extensions: bool,
    pub behaviour: String,
    pub timeout: Duration,
    pub prefix: String,
}

/// A node of our own together with the peer of the link that it reached.
struct Reached {
    node: Node,
    remote: PeerId,
    since: Instant,
}

enum Fault {
    Refused { code: Option<String>, reason: String },
    Failed { code: Option<&'static str>, message: String },
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Fault::Failed { code: None, message }
    }
}

fn failed(code: &'static str, message: &str) -> Fault {
    Fault::Failed { code: Some(code), message: message.into() }
}

fn refused(response: &Value) -> Fault {
    Fault::Refused { code: response["code"].as_str().map(str::to_owned), reason: response["reason"].as_str().unwrap_or("").into() }
}

fn parse(data: &[u8]) -> Result<Value, Fault> {
    if data.is_empty() {
        return Err(failed("peer_gone", "the stream ended without a response"));
    }
    match serde_json::from_slice(data) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(failed("malformed", "the response is no JSON object")),
    }
}

/// Takes the peer id off the end of an address.
pub fn split(addr: &str) -> Option<(PeerId, Multiaddr)> {
    let mut addr: Multiaddr = addr.parse().ok()?;
    match addr.pop()? {
        Protocol::P2p(peer) => Some((peer, addr)),
        _ => None,
    }
}

impl Reached {
    async fn connect(addrs: &[(PeerId, Multiaddr)], muxer: Muxer, ping: Duration) -> Result<Reached, Fault> {
        let node = Node::new(None, muxer, ping, None).await?;
        let mut failures = Vec::new();
        for (remote, addr) in addrs {
            match node.dial(*remote, addr.clone()).await {
                Ok(()) => return Ok(Reached { node, remote: *remote, since: Instant::now() }),
                Err(failure) => failures.push(failure),
            }
        }
        Err(Fault::Failed { code: Some("unreachable"), message: format!("unreachable: {}", failures.join("; ")) })
    }

    /// Sends one message on a stream of its own and reads the answer to its end.
    async fn exchange(&self, message: &Value) -> Result<Vec<u8>, Fault> {
        let mut stream = self.node.open(self.remote).await?;
        write_message(&mut stream, message.to_string().as_bytes()).await?;
        let data = read_message(&mut stream).await?;
        if data.is_empty() {
            // The loss of a connection ends its streams without an error, and before the node hears of it.
            tokio::time::sleep(Duration::from_millis(20)).await;
            if *self.node.closed.borrow() {
                return Err("the connection was closed".to_owned().into());
            }
        }
        Ok(data)
    }
}

async fn within<T>(limit: Duration, work: impl std::future::Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err("timed out".to_owned().into()))
}

impl Options {
    fn field(&self) -> bool {
        self.behaviour == "field"
    }

    fn step(&self) -> Duration {
        if self.field() { Duration::from_secs(5) } else { self.timeout }
    }

    fn contact(&self, party: &str) -> Value {
        json!({"token": self.token, "partyId": party, "identityBundle": {"partyId": party},
               "cadrePeerAddrs": [format!("cadre-node-1.{}.example.com", self.prefix)]})
    }

    async fn session(&self, reached: &Reached, party: &str, result: &RefCell<Value>) -> Result<(), Fault> {
        let set = |name: &str, value: Value| result.borrow_mut()[name] = value;
        let response = parse(&within(self.step(), reached.exchange(&self.contact(party))).await?)?;
        set("response", response.clone());
        if response["sessionId"].is_string() {
            set("sessionId", response["sessionId"].clone());
        }
        match response["approved"].as_bool() {
            None => return Err(failed("malformed", "the response has no member approved")),
            Some(false) => return Err(refused(&response)),
            Some(true) => {}
        }
        let provision = &response["provisionResult"];
        if provision.is_object() != (self.role == "stock") {
            return Err(failed("role_mismatch", "provisionResult contradicts the role of the link"));
        }
        if self.role == "stock" {
            if provision["tally"]["createdBy"] != "stock" {
                return Err(failed("role_mismatch", "createdBy contradicts the role of the link"));
            }
            set("tallyId", provision["tally"]["tallyId"].clone());
            set("endpoint", provision["dbConnectionInfo"]["endpoint"].clone());
            return Ok(());
        }
        if self.behaviour == "no-message-3" {
            return Ok(());
        }
        let tally_id = format!("tally-{}", random(12));
        let endpoint = format!("wss://rust.example/{tally_id}");
        set("tallyId", tally_id.clone().into());
        set("endpoint", endpoint.clone().into());
        let mut database = json!({"tally": {"tallyId": tally_id, "createdBy": "foil"},
                                  "dbConnectionInfo": {"endpoint": endpoint, "credentialsRef": format!("ref-{tally_id}")}});
        if self.extensions && response["sessionId"].is_string() {
            database["sessionId"] = response["sessionId"].clone();
        }
        if self.field() {
            // The dialer in the field writes its database and takes that for success: it reads no answer.
            return within(self.step(), async {
                let mut stream = reached.node.open(reached.remote).await?;
                Ok(write_message(&mut stream, database.to_string().as_bytes()).await?)
            })
            .await;
        }
        let data = within(self.step(), reached.exchange(&database)).await?;
        if data.is_empty() {
            set("acknowledged", false.into());
            return Ok(());
        }
        let acknowledgement = parse(&data)?;
        set("acknowledgement", acknowledgement.clone());
        match acknowledgement["accepted"].as_bool() {
            Some(true) if acknowledgement["tallyId"] != tally_id.as_str() => Err(failed("conflict", "the acknowledgement names another tally")),
            Some(true) => {
                set("acknowledged", true.into());
                Ok(())
            }
            Some(false) => Err(refused(&acknowledgement)),
            None if acknowledgement["code"].is_string() => Err(refused(&acknowledgement)),
            None => Err(failed("not_acknowledged", "the answer to the database result is no acknowledgement")),
        }
    }

    async fn half_contact(&self, reached: &Reached, party: &str) -> Result<(), Fault> {
        use futures::AsyncWriteExt;
        let mut stream = reached.node.open(reached.remote).await?;
        let message = self.contact(party).to_string().into_bytes();
        stream.write_all(&message[..message.len() / 2]).await.map_err(|e| e.to_string())?;
        stream.flush().await.map_err(|e| e.to_string())?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(stream); // open at both ends: a reset
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(())
    }

    /// Says nothing and waits for the other side to lose patience.
    async fn idle(&self, reached: &Reached, result: &RefCell<Value>) -> Result<(), Fault> {
        let mut since = reached.since;
        let mut event = json!({"event": "closed", "index": result.borrow()["index"], "what": "connection"});
        if self.behaviour == "idle" {
            since = Instant::now();
            event["what"] = "stream".into();
            let mut stream = reached.node.open(reached.remote).await?;
            let data = read_message(&mut stream).await;
            event["reset"] = data.is_err().into();
            if let Ok(Ok(response @ Value::Object(_))) = data.map(|data| serde_json::from_slice(&data)) {
                event["response"] = response.clone();
                result.borrow_mut()["response"] = response;
            }
        } else {
            let mut closed = reached.node.closed.clone();
            let _ = closed.wait_for(|closed| *closed).await;
        }
        event["afterMs"] = (since.elapsed().as_millis() as u64).into();
        emit(event);
        Ok(())
    }

    async fn run(&self, index: usize, shared: &Result<Option<Reached>, String>) -> &'static str {
        let party = if self.field() { random(16) } else { format!("{}-{index}", self.prefix) };
        let result = RefCell::new(json!({"event": "session", "index": index, "outcome": "done", "role": self.role, "partyId": party}));
        let own = RefCell::new(None);
        let work = async {
            if self.many {
                *own.borrow_mut() = Some(Rc::new(Reached::connect(&self.addrs, self.muxer, Duration::from_secs(15)).await?));
            }
            let own = own.borrow().clone();
            let reached = match (&own, shared) {
                (Some(own), _) => own.as_ref(),
                (None, Ok(Some(shared))) => shared,
                (None, Err(message)) => return Err(failed("unreachable", message)),
                (None, Ok(None)) => unreachable!("no connection of any kind"),
            };
            result.borrow_mut()["peerId"] = reached.node.peer_id.to_string().into();
            match self.behaviour.as_str() {
                "half-contact" => self.half_contact(reached, &party).await,
                "idle" | "idle-connection" => self.idle(reached, &result).await,
                _ => self.session(reached, &party, &result).await,
            }
        };
        let ended = within(self.timeout, work).await;
        let outcome = match ended {
            Ok(()) => "done",
            Err(Fault::Refused { code, reason }) => {
                result.borrow_mut()["reason"] = reason.into();
                if let Some(code) = code {
                    result.borrow_mut()["code"] = code.into();
                }
                "refused"
            }
            Err(Fault::Failed { code, message }) => {
                result.borrow_mut()["error"] = message.into();
                if let Some(code) = code {
                    result.borrow_mut()["code"] = code.into();
                }
                "failed"
            }
        };
        let own = own.borrow_mut().take();
        if let Some(own) = own {
            self.leave(&own).await;
        }
        result.borrow_mut()["outcome"] = outcome.into();
        emit(result.into_inner());
        outcome
    }

    async fn leave(&self, reached: &Reached) {
        if self.field() {
            // rust-libp2p says GoAway when it closes, at which some drop what they have not read
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        reached.node.stop().await;
    }
}

pub async fn dial(options: Options) -> i32 {
    let options = Rc::new(options);
    let shared = Rc::new(if options.many {
        Ok(None)
    } else {
        match within(options.timeout, Reached::connect(&options.addrs, options.muxer, Duration::from_secs(15))).await {
            Ok(reached) => Ok(Some(reached)),
            Err(Fault::Failed { message, .. }) => Err(message),
            Err(Fault::Refused { reason, .. }) => Err(reason),
        }
    });
    let next = Rc::new(Cell::new(0));
    let counts = Rc::new(RefCell::new(BTreeMap::from([("done", 0), ("refused", 0), ("failed", 0)])));
    let workers: Vec<_> = (0..options.concurrency.min(options.sessions))
        .map(|_| {
            let (options, shared, next, counts) = (options.clone(), shared.clone(), next.clone(), counts.clone());
            tokio::task::spawn_local(async move {
                while next.get() < options.sessions {
                    let index = next.replace(next.get() + 1);
                    let outcome = options.run(index, &shared).await;
                    *counts.borrow_mut().get_mut(outcome).expect("an outcome") += 1;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("a worker");
    }
    if let Ok(Some(shared)) = shared.as_ref() {
        options.leave(shared).await;
    }
    let counts = counts.borrow();
    emit(json!({"event": "summary", "sessions": options.sessions, "done": counts["done"], "refused": counts["refused"], "failed": counts["failed"]}));
    i32::from(counts["done"] != options.sessions)
}

/// Asks for what every libp2p node answers besides the bootstrap: identify and ping.
pub async fn probe(addr: (PeerId, Multiaddr), muxer: Muxer, timeout: Duration) -> i32 {
    let work = async {
        let mut reached = Reached::connect(&[addr], muxer, Duration::from_millis(100)).await?;
        let remote = reached.remote.to_string();
        let mut told = reached.node.told.take().expect("taken once");
        let mut identified = false;
        let mut pings = Vec::new();
        while !identified || pings.len() < 3 {
            match told.recv().await {
                Some(Told::Identify(info)) if !identified => {
                    identified = true;
                    let texts = |addrs: &[Multiaddr]| addrs.iter().map(ToString::to_string).collect::<Vec<_>>();
                    emit(json!({
                        "event": "identify", "peerId": info.public_key.to_peer_id().to_string(), "agentVersion": info.agent_version,
                        "protocolVersion": info.protocol_version, "listenAddrs": texts(&info.listen_addrs),
                        "protocols": info.protocols.iter().map(ToString::to_string).collect::<Vec<_>>(), "observedAddr": info.observed_addr.to_string()
                    }));
                }
                Some(Told::Identify(_)) => {}
                Some(Told::Ping(Ok(rtt))) => pings.push(rtt),
                Some(Told::Ping(Err(message))) => return Err(Fault::from(format!("ping: {message}"))),
                None => return Err("the node has stopped".to_owned().into()),
            }
        }
        for rtt in &pings[..3] {
            emit(json!({"event": "ping", "peerId": remote, "rttMs": rtt.as_secs_f64() * 1000.0}));
        }
        reached.node.stop().await;
        Ok(())
    };
    match within(timeout, work).await {
        Ok(()) => 0,
        Err(Fault::Failed { message, .. }) | Err(Fault::Refused { reason: message, .. }) => {
            emit(json!({"event": "error", "message": message}));
            1
        }
    }
}
