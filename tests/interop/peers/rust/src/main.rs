//! Interop peer on rust-libp2p. The command line and the events it prints are described in ../../README.md and are the same for
//! every peer in this directory.

mod dial;
mod listen;
mod node;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{json, Value};

use node::Muxer;

static FEW: AtomicBool = AtomicBool::new(false);

/// Prints one event as one line; of a listener that was told so only `ready` and `error`.
pub fn emit(event: Value) {
    if FEW.load(Ordering::Relaxed) && !["ready", "error"].contains(&event["event"].as_str().unwrap_or_default()) {
        return;
    }
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{event}").and_then(|()| out.flush());
}

/// Random text of the base64url alphabet, of this many random bytes at least.
pub fn random(bytes: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut raw = vec![0; (bytes * 8).div_ceil(6)];
    getrandom::fill(&mut raw).expect("random bytes");
    raw.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect()
}

pub fn refused_by(code: &str) -> String {
    match code {
        "invalid_token" | "token_expired" | "token_used" | "token_in_use" | "token_revoked" => "Invalid token".into(),
        "invalid_identity" => "Invalid identity".into(),
        "overloaded" => "Service temporarily unavailable - too many concurrent sessions".into(),
        _ => format!("refused by the interop peer: {code}"),
    }
}

struct Args(HashMap<String, String>);

impl Args {
    /// Reads `--name value` pairs, all of which must be among the known ones, which have their defaults.
    fn parse(args: &[String], known: &[(&str, &str)]) -> Result<Args, String> {
        let mut values: HashMap<String, String> = known.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        for pair in args.chunks(2) {
            let name = pair[0].strip_prefix("--").ok_or_else(|| format!("not an option: {}", pair[0]))?;
            let slot = values.get_mut(name).ok_or_else(|| format!("unknown option: --{name}"))?;
            *slot = pair.get(1).ok_or_else(|| format!("--{name}: no value"))?.clone();
        }
        Ok(Args(values))
    }

    fn text(&self, name: &str) -> String {
        self.0[name].clone()
    }

    fn one_of(&self, name: &str, allowed: &[&str]) -> Result<String, String> {
        let value = self.text(name);
        if allowed.contains(&value.as_str()) {
            return Ok(value);
        }
        Err(format!("--{name}: {value:?} is not one of {}", allowed.join(", ")))
    }

    fn positive(&self, name: &str) -> Result<usize, String> {
        self.0[name].parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("--{name}: not a positive number"))
    }

    fn seed(&self) -> Result<Option<[u8; 32]>, String> {
        let text = &self.0["seed"];
        if text.is_empty() {
            return Ok(None);
        }
        let mut seed = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err("--seed: not 64 hex digits".into());
        }
        for (byte, digits) in seed.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).expect("it is ASCII");
            *byte = u8::from_str_radix(digits, 16).map_err(|_| "--seed: not 64 hex digits")?;
        }
        Ok(Some(seed))
    }

    fn muxer(&self) -> Result<Muxer, String> {
        Ok(match self.one_of("muxer", &["", "yamux", "mplex"])?.as_str() {
            "yamux" => Muxer::Yamux,
            "mplex" => Muxer::Mplex,
            _ => Muxer::Both,
        })
    }
}

enum Command {
    Listen(listen::Options),
    Dial(dial::Options),
    Probe((libp2p::PeerId, libp2p::Multiaddr), Muxer, Duration),
}

fn parse(args: &[String]) -> Result<Command, String> {
    let usage = "usage: listen|dial|probe …";
    let (command, rest) = args.split_first().ok_or(usage)?;
    let timeout = |args: &Args| Ok::<_, String>(Duration::from_millis(args.positive("timeout-ms")? as u64));
    match command.as_str() {
        "listen" => {
            let known = [("role", ""), ("tokens", "any"), ("port", "0"), ("seed", ""), ("muxer", ""), ("extensions", "on"), ("behaviour", "normal"), ("events", "all")];
            let args = Args::parse(rest, &known)?;
            let (behaviour, refuse) = match args.text("behaviour").strip_prefix("refuse:") {
                Some(code) => ("refuse".to_owned(), code.to_owned()),
                None => (args.one_of("behaviour", &["normal", "field", "silent", "garbage", "reset"])?, String::new()),
            };
            FEW.store(args.one_of("events", &["all", "few"])? == "few", Ordering::Relaxed);
            Ok(Command::Listen(listen::Options {
                role: args.one_of("role", &["stock", "foil"])?,
                tokens: Some(args.text("tokens")).filter(|t| t != "any").map(|t| t.split(',').map(str::to_owned).collect()),
                port: args.text("port").parse().map_err(|_| "--port: not a port")?,
                seed: args.seed()?,
                muxer: args.muxer()?,
                extensions: args.one_of("extensions", &["on", "off"])? == "on" && behaviour != "field",
                behaviour,
                refuse,
            }))
        }
        "dial" => {
            let known = [
                ("link", ""), ("sessions", "1"), ("concurrency", "1"), ("identities", "1"), ("muxer", ""), ("extensions", "on"),
                ("behaviour", "normal"), ("timeout-ms", "30000"), ("party-prefix", "party"),
            ];
            let args = Args::parse(rest, &known)?;
            let mut text = String::new();
            let read = match args.text("link").as_str() {
                "-" => std::io::stdin().read_to_string(&mut text),
                name => std::fs::File::open(name).and_then(|mut file| file.read_to_string(&mut text)),
            };
            read.map_err(|e| format!("link: {e}"))?;
            let link: Value = serde_json::from_str(&text).map_err(|e| format!("link: {e}"))?;
            let role = link["initiatorRole"].as_str().filter(|role| ["stock", "foil"].contains(role));
            let addrs = link["responderPeerAddrs"].as_array().filter(|addrs| !addrs.is_empty()).ok_or("link: no addresses")?;
            let addrs: Option<Vec<_>> = addrs.iter().map(|addr| dial::split(addr.as_str()?)).collect();
            let behaviour = args.one_of("behaviour", &["normal", "field", "no-message-3", "half-contact", "idle", "idle-connection"])?;
            Ok(Command::Dial(dial::Options {
                token: link["token"].as_str().ok_or("link: no token")?.into(),
                role: role.ok_or("link: initiatorRole is neither stock nor foil")?.into(),
                addrs: addrs.ok_or("link: an address does not end in a peer id")?,
                sessions: args.positive("sessions")?,
                concurrency: args.positive("concurrency")?,
                many: args.one_of("identities", &["1", "N"])? == "N",
                muxer: args.muxer()?,
                extensions: args.one_of("extensions", &["on", "off"])? == "on" && behaviour != "field",
                behaviour,
                timeout: timeout(&args)?,
                prefix: args.text("party-prefix"),
            }))
        }
        "probe" => {
            let args = Args::parse(rest, &[("addr", ""), ("muxer", ""), ("timeout-ms", "30000")])?;
            let addr = dial::split(&args.text("addr")).ok_or("--addr: does not end in a peer id")?;
            Ok(Command::Probe(addr, args.muxer()?, timeout(&args)?))
        }
        _ => Err(usage.into()),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let command = parse(&args).unwrap_or_else(|message| {
        emit(json!({"event": "error", "message": message}));
        std::process::exit(2);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    let status = runtime.block_on(local.run_until(async {
        match command {
            Command::Listen(options) => listen::listen(options).await,
            Command::Dial(options) => dial::dial(options).await,
            Command::Probe(addr, muxer, timeout) => dial::probe(addr, muxer, timeout).await,
        }
    }));
    std::process::exit(status);
}
