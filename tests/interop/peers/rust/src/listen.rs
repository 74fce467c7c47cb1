//! The inviter's side.

use std::collections::HashSet;
use std::rc::Rc;
use std::cell::RefCell;
use std::time::Duration;

use libp2p::{PeerId, Stream};
use serde_json::{json, Map, Value};
use tokio::signal::unix::{signal, SignalKind};

use crate::node::{read_message, write_message, Muxer, Node};
use crate::{emit, random, refused_by};

pub struct Options {
    pub role: String,
    pub tokens: Option<HashSet<String>>,
    pub port: u16,
    pub seed: Option<[u8; 32]>,
    pub muxer: Muxer,
    pub extensions: bool,
    pub behaviour: String,
    pub refuse: String,
}

/// A foil session that was approved; it outlives stream and connection.
struct Waiting {
    session_id: String,
    peer: PeerId,
    done: Option<String>,
}

struct Listener {
    options: Options,
    peer_id: String,
    cadre: Vec<String>,
    sessions: RefCell<Vec<Waiting>>,
}

const REPEATABLE: [&str; 7] =
    ["rate_limited", "overloaded", "dependency_unavailable", "shutting_down", "in_progress", "token_in_use", "timeout"];

fn others(message: &Map<String, Value>, known: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = message.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
    names.sort();
    names
}

pub async fn listen(options: Options) -> i32 {
    let addr = format!("/ip4/127.0.0.1/tcp/{}", options.port).parse().expect("a multiaddr");
    let mut node = match Node::new(Some(addr), options.muxer, Duration::from_secs(15), options.seed).await {
        Ok(node) => node,
        Err(message) => {
            emit(json!({"event": "error", "message": message}));
            return 1;
        }
    };
    let mut inbound = node.inbound.take().expect("taken once");
    let listener = Rc::new(Listener { options, peer_id: node.peer_id.to_string(), cadre: node.addrs.clone(), sessions: RefCell::default() });
    let mut term = signal(SignalKind::terminate()).expect("a signal handler");
    let mut int = signal(SignalKind::interrupt()).expect("a signal handler");
    emit(json!({"event": "ready", "peerId": listener.peer_id, "addrs": listener.cadre}));
    loop {
        tokio::select! {
            Some((peer, stream)) = inbound.recv() => {
                let listener = listener.clone();
                tokio::task::spawn_local(async move { listener.handle(peer, stream).await });
            }
            _ = term.recv() => break,
            _ = int.recv() => break,
        }
    }
    node.stop().await;
    0
}

impl Listener {
    async fn handle(&self, peer: PeerId, mut stream: Stream) {
        if self.options.behaviour == "reset" {
            // Dropped unread: where the remote end has finished already, rust-libp2p ends a stream rather than to reset it.
            return emit(json!({"event": "reset", "peerId": peer.to_string()}));
        }
        let answered = tokio::time::timeout(Duration::from_secs(30), async {
            let data = read_message(&mut stream).await?;
            if let Some(answer) = self.answer(peer, &data) {
                write_message(&mut stream, &answer).await?;
            }
            Ok::<_, String>(())
        })
        .await
        .unwrap_or_else(|_| Err("timed out".into()));
        match answered {
            Err(message) => emit(json!({"event": "error", "message": message, "peerId": peer.to_string()})),
            Ok(()) if self.options.behaviour == "silent" => {
                std::future::pending::<()>().await; // the stream stays open, unanswered
            }
            Ok(()) => {}
        }
    }

    /// What to answer to one message; None: nothing. Events are printed before the answer is written: whoever has the answer may
    /// count on the event.
    fn answer(&self, peer: PeerId, data: &[u8]) -> Option<Vec<u8>> {
        let message = match serde_json::from_slice(data) {
            Ok(Value::Object(message)) => message,
            _ => return Some(self.refuse(peer, false, "malformed")),
        };
        let contact = message.contains_key("token");
        let database = message.contains_key("tally");
        if contact == database {
            return Some(self.refuse(peer, false, "malformed"));
        }
        if !self.tell(peer, &message, contact) {
            return Some(self.refuse(peer, database, "malformed"));
        }
        match self.options.behaviour.as_str() {
            "silent" => None,
            "garbage" => Some(b"this is no JSON {".to_vec()),
            "refuse" => Some(self.refuse(peer, database, &self.options.refuse)),
            _ if contact => Some(self.contact(peer, &message)),
            // The listener in the field takes whatever arrives for a new contact, and finds no token in it.
            "field" => Some(self.refuse(peer, false, "invalid_token")),
            _ => Some(self.database(peer, &message)),
        }
    }

    /// Prints the event of a message; false if it lacks a member.
    fn tell(&self, peer: PeerId, message: &Map<String, Value>, contact: bool) -> bool {
        if contact {
            let whole = message["token"].is_string()
                && message.get("partyId").is_some_and(Value::is_string)
                && message.get("cadrePeerAddrs").is_some_and(Value::is_array)
                && message.contains_key("identityBundle");
            if whole {
                emit(json!({
                    "event": "contact", "token": message["token"], "partyId": message["partyId"], "peerId": peer.to_string(),
                    "cadrePeerAddrs": message["cadrePeerAddrs"], "identityBundle": message["identityBundle"],
                    "extra": others(message, &["token", "partyId", "cadrePeerAddrs", "identityBundle"])
                }));
            }
            return whole;
        }
        let (tally, info) = (&message["tally"], message.get("dbConnectionInfo").unwrap_or(&Value::Null));
        let whole = tally["tallyId"].is_string() && info["endpoint"].is_string();
        if whole {
            let mut event = json!({
                "event": "database", "tallyId": tally["tallyId"], "createdBy": tally["createdBy"], "endpoint": info["endpoint"],
                "credentialsRef": info["credentialsRef"], "peerId": peer.to_string(),
                "extra": others(message, &["tally", "dbConnectionInfo", "sessionId"])
            });
            if let Some(id) = message.get("sessionId") {
                event["sessionId"] = id.clone();
            }
            emit(event);
        }
        whole
    }

    fn refuse(&self, peer: PeerId, database: bool, code: &str) -> Vec<u8> {
        let reason = refused_by(code);
        let mut message = json!({ if database { "accepted" } else { "approved" }: false, "reason": reason });
        if self.options.extensions {
            message["code"] = code.into();
            if REPEATABLE.contains(&code) {
                message["retryAfterMs"] = 200.into();
            }
        }
        emit(json!({"event": "refused", "code": code, "reason": reason, "peerId": peer.to_string()}));
        message.to_string().into_bytes()
    }

    fn contact(&self, peer: PeerId, message: &Map<String, Value>) -> Vec<u8> {
        let (token, party) = (message["token"].as_str().unwrap_or(""), message["partyId"].as_str().unwrap_or(""));
        if self.options.tokens.as_ref().is_some_and(|tokens| !tokens.contains(token)) {
            return self.refuse(peer, false, "invalid_token");
        }
        if party.is_empty() || message["identityBundle"]["partyId"].as_str() != Some(party) {
            return self.refuse(peer, false, "invalid_identity");
        }
        let mut result = json!({"approved": true, "partyId": self.peer_id, "cadrePeerAddrs": self.cadre});
        let mut event = json!({"event": "approved", "token": token, "partyId": party, "peerId": peer.to_string()});
        let session_id = random(16);
        if self.options.extensions {
            result["sessionId"] = session_id.clone().into();
            event["sessionId"] = session_id.clone().into();
        }
        if self.options.role == "stock" {
            let tally_id = format!("tally-{}", random(12));
            result["provisionResult"] = json!({
                "tally": {"tallyId": tally_id, "createdBy": "stock"},
                "dbConnectionInfo": {"endpoint": format!("wss://rust.example/{tally_id}"), "credentialsRef": format!("ref-{tally_id}")}
            });
            event["tallyId"] = tally_id.into();
        } else {
            if self.options.extensions {
                result["expiresInMs"] = 20_000.into();
            }
            self.sessions.borrow_mut().push(Waiting { session_id, peer, done: None });
        }
        emit(event);
        result.to_string().into_bytes()
    }

    /// Which session a database result belongs to, or the code that says why to none.
    fn find(&self, session_id: Option<&str>, peer: PeerId, tally_id: &str) -> Result<usize, &'static str> {
        let sessions = self.sessions.borrow();
        let own = || sessions.iter().enumerate().filter(|(_, session)| session.peer == peer);
        if let (Some(id), true) = (session_id, self.options.extensions) {
            let (at, session) = own().find(|(_, session)| session.session_id == id).ok_or("no_such_session")?;
            return if session.done.as_deref().is_some_and(|done| done != tally_id) { Err("conflict") } else { Ok(at) };
        }
        if let Some((at, _)) = own().find(|(_, session)| session.done.as_deref() == Some(tally_id)) {
            return Ok(at);
        }
        let mut waiting = own().filter(|(_, session)| session.done.is_none());
        let (at, _) = waiting.next().ok_or("no_such_session")?;
        if waiting.next().is_some() { Err("ambiguous_session") } else { Ok(at) }
    }

    fn database(&self, peer: PeerId, message: &Map<String, Value>) -> Vec<u8> {
        let tally_id = message["tally"]["tallyId"].as_str().unwrap_or("");
        if message["tally"]["createdBy"].as_str() != Some(&self.options.role) {
            return self.refuse(peer, true, "role_mismatch");
        }
        let at = match self.find(message.get("sessionId").and_then(Value::as_str), peer, tally_id) {
            Ok(at) => at,
            Err(code) => return self.refuse(peer, true, code),
        };
        let session = &mut self.sessions.borrow_mut()[at];
        session.done = Some(tally_id.into());
        let mut event = json!({"event": "acknowledged", "tallyId": tally_id, "peerId": peer.to_string()});
        if self.options.extensions {
            event["sessionId"] = session.session_id.clone().into();
        }
        emit(event);
        json!({"accepted": true, "tallyId": tally_id}).to_string().into_bytes()
    }
}
