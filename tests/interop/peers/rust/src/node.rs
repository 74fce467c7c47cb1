//! A libp2p node: TCP, Noise, yamux and mplex, with identify and ping, and streams of the bootstrap protocol.

use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{Boxed, PortUse};
use libp2p::core::upgrade::{DeniedUpgrade, ReadyUpgrade, SelectUpgrade, Version};
use libp2p::core::Endpoint;
use libp2p::identity::Keypair;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::handler::{ConnectionEvent, FullyNegotiatedInbound};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour, Swarm, SwarmEvent, SubstreamProtocol,
    THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{identify, noise, ping, tcp, yamux, Multiaddr, PeerId, Stream, StreamProtocol, Transport};
use tokio::sync::{mpsc, oneshot, watch};

pub const PROTOCOL: StreamProtocol = StreamProtocol::new("/taleus/bootstrap/1.0.0");
pub const MAX_MESSAGE: usize = 64 * 1024;
const MANY: usize = 100_000;

#[derive(Clone, Copy, PartialEq)]
pub enum Muxer {
    Both,
    Yamux,
    Mplex,
}

/// Takes inbound streams. libp2p-stream would do this too, but it has room for one stream and drops what comes in a burst.
struct Inbound(mpsc::UnboundedSender<(PeerId, Stream)>);

struct InboundHandler {
    peer: PeerId,
    streams: mpsc::UnboundedSender<(PeerId, Stream)>,
}

impl ConnectionHandler for InboundHandler {
    type FromBehaviour = Infallible;
    type ToBehaviour = Infallible;
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = DeniedUpgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), Self::ToBehaviour>> {
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, event: Self::FromBehaviour) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol>) {
        if let ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: stream, .. }) = event {
            let _ = self.streams.send((self.peer, stream));
        }
    }
}

impl Inbound {
    fn handler(&self, peer: PeerId) -> InboundHandler {
        InboundHandler { peer, streams: self.0.clone() }
    }
}

impl NetworkBehaviour for Inbound {
    type ConnectionHandler = InboundHandler;
    type ToSwarm = ();

    fn handle_established_inbound_connection(
        &mut self, _: ConnectionId, peer: PeerId, _: &Multiaddr, _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer))
    }

    fn handle_established_outbound_connection(
        &mut self, _: ConnectionId, peer: PeerId, _: &Multiaddr, _: Endpoint, _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(peer))
    }

    fn on_swarm_event(&mut self, _: FromSwarm) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    inbound: Inbound,
    outbound: libp2p_stream::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
}

enum Command {
    Dial(PeerId, Multiaddr, oneshot::Sender<Result<(), String>>),
    Stop(oneshot::Sender<()>),
}

/// What identify and ping told.
pub enum Told {
    Identify(Box<identify::Info>),
    Ping(Result<Duration, String>),
}

pub struct Node {
    pub peer_id: PeerId,
    pub addrs: Vec<String>,
    pub inbound: Option<mpsc::UnboundedReceiver<(PeerId, Stream)>>,
    pub told: Option<mpsc::UnboundedReceiver<Told>>,
    pub closed: watch::Receiver<bool>,
    outbound: libp2p_stream::Control,
    commands: mpsc::UnboundedSender<Command>,
}

fn transport(key: &Keypair, muxer: Muxer) -> Result<Boxed<(PeerId, StreamMuxerBox)>, String> {
    // As SwarmBuilder does it: the security protocol and the muxer are proposed lazily, along with the first data.
    let secure = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(key).map_err(|e| e.to_string())?);
    let mut mplex = libp2p_mplex::Config::new();
    mplex.set_max_num_streams(MANY);
    let yamux = yamux::Config::default();
    Ok(match muxer {
        Muxer::Both => secure.multiplex(SelectUpgrade::new(yamux, mplex)).boxed(),
        Muxer::Yamux => secure.multiplex(yamux).boxed(),
        Muxer::Mplex => secure.multiplex(mplex).boxed(),
    })
}

impl Node {
    /// With a fresh identity, or with that of a seed.
    pub async fn new(listen: Option<Multiaddr>, muxer: Muxer, ping_interval: Duration, seed: Option<[u8; 32]>) -> Result<Node, String> {
        let key = match seed {
            Some(seed) => Keypair::ed25519_from_bytes(seed).map_err(|e| e.to_string())?,
            None => Keypair::generate_ed25519(),
        };
        let peer_id = key.public().to_peer_id();
        let (streams, inbound) = mpsc::unbounded_channel();
        let (tell, told) = mpsc::unbounded_channel();
        let (commands, mut receiver) = mpsc::unbounded_channel();
        let (closing, closed) = watch::channel(false);
        let behaviour = Behaviour {
            inbound: Inbound(streams),
            outbound: libp2p_stream::Behaviour::new(),
            identify: identify::Behaviour::new(
                identify::Config::new("/taleus-interop/1.0.0".into(), key.public()).with_agent_version("taleus-interop-rust".into()),
            ),
            ping: ping::Behaviour::new(ping::Config::new().with_interval(ping_interval)),
        };
        let outbound = behaviour.outbound.new_control();
        // No idle timeout: our own limits are off, those under test are the other side's.
        let config = libp2p::swarm::Config::with_tokio_executor()
            .with_idle_connection_timeout(Duration::from_secs(3600))
            .with_max_negotiating_inbound_streams(MANY);
        let mut swarm = Swarm::new(transport(&key, muxer)?, behaviour, peer_id, config);
        let mut addrs = Vec::new();
        if let Some(addr) = listen {
            swarm.listen_on(addr).map_err(|e| e.to_string())?;
            while addrs.is_empty() {
                match swarm.select_next_some().await {
                    SwarmEvent::NewListenAddr { address, .. } => addrs.push(format!("{address}/p2p/{peer_id}")),
                    SwarmEvent::ListenerClosed { reason, .. } => return Err(format!("{reason:?}")),
                    _ => {}
                }
            }
        }
        tokio::spawn(async move {
            let mut dialing: Option<oneshot::Sender<Result<(), String>>> = None;
            let mut stopping: Option<oneshot::Sender<()>> = None;
            loop {
                tokio::select! {
                    event = swarm.select_next_some() => match event {
                        SwarmEvent::ConnectionEstablished { .. } => {
                            if let Some(dialing) = dialing.take() {
                                let _ = dialing.send(Ok(()));
                            }
                        }
                        SwarmEvent::OutgoingConnectionError { error, .. } => {
                            if let Some(dialing) = dialing.take() {
                                let _ = dialing.send(Err(error.to_string()));
                            }
                        }
                        SwarmEvent::ConnectionClosed { num_established: 0, .. } => {
                            let _ = closing.send(true);
                            if swarm.connected_peers().next().is_none() {
                                if let Some(stopping) = stopping.take() {
                                    let _ = stopping.send(());
                                    return;
                                }
                            }
                        }
                        SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received { info, .. })) => {
                            let _ = tell.send(Told::Identify(Box::new(info)));
                        }
                        SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { result, .. })) => {
                            let _ = tell.send(Told::Ping(result.map_err(|e| e.to_string())));
                        }
                        _ => {}
                    },
                    command = receiver.recv() => match command {
                        None => return,
                        Some(Command::Dial(peer, addr, answer)) => {
                            let options = DialOpts::peer_id(peer).addresses(vec![addr]).condition(PeerCondition::Always).build();
                            match swarm.dial(options) {
                                Ok(()) => dialing = Some(answer),
                                Err(error) => { let _ = answer.send(Err(error.to_string())); }
                            }
                        }
                        Some(Command::Stop(answer)) => {
                            let peers: Vec<_> = swarm.connected_peers().copied().collect();
                            if peers.is_empty() {
                                let _ = answer.send(());
                                return;
                            }
                            stopping = Some(answer);
                            for peer in peers {
                                let _ = swarm.disconnect_peer_id(peer);
                            }
                        }
                    },
                }
            }
        });
        Ok(Node { peer_id, addrs, inbound: Some(inbound), told: Some(told), closed, outbound, commands })
    }

    pub async fn dial(&self, peer: PeerId, addr: Multiaddr) -> Result<(), String> {
        let (sender, receiver) = oneshot::channel();
        let _ = self.commands.send(Command::Dial(peer, addr, sender));
        match tokio::time::timeout(Duration::from_secs(10), receiver).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err("the node has stopped".into()),
            Err(_) => Err("timed out".into()),
        }
    }

    pub async fn open(&self, peer: PeerId) -> Result<Stream, String> {
        self.outbound.clone().open_stream(peer, PROTOCOL).await.map_err(|e| e.to_string())
    }

    /// Closes the connections in good order, so that what was written arrives.
    pub async fn stop(&self) {
        let (sender, receiver) = oneshot::channel();
        let _ = self.commands.send(Command::Stop(sender));
        let _ = tokio::time::timeout(Duration::from_secs(1), receiver).await;
    }
}

/// Reads one message to the end of the stream.
pub async fn read_message(stream: &mut Stream) -> Result<Vec<u8>, String> {
    let mut data = Vec::new();
    stream.take(MAX_MESSAGE as u64 + 1).read_to_end(&mut data).await.map_err(|e| e.to_string())?;
    if data.len() > MAX_MESSAGE {
        return Err("message too large".into());
    }
    Ok(data)
}

/// Writes one message and closes the writing half.
pub async fn write_message(stream: &mut Stream, data: &[u8]) -> Result<(), String> {
    stream.write_all(data).await.map_err(|e| e.to_string())?;
    stream.flush().await.map_err(|e| e.to_string())?;
    stream.close().await.map_err(|e| e.to_string())
}
