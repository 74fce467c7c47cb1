#include "host/fixture_test.hpp"
#include "host/resolver.hpp"
#include "host/text_records.hpp"

#include <boost/asio/ip/udp.hpp>

#include <map>

namespace taleus::host {
namespace {

using udp = boost::asio::ip::udp;

void append_number(Bytes& to, std::size_t number, int bytes) {
    while (bytes-- > 0) to.push_back(static_cast<std::uint8_t>(number >> (8 * bytes)));
}

// A DNS message that repeats `question` and answers it with these texts; no answer is "no such name".
Bytes dns_answer(ByteView question, const std::vector<std::string>& texts) {
    Bytes message{question[0], question[1], 0x81, static_cast<std::uint8_t>(texts.empty() ? 0x83 : 0x80), 0, 1};
    append_number(message, texts.size(), 2);
    append_number(message, 0, 4);
    auto name_end = question.begin() + 12;
    while (*name_end != 0) name_end += *name_end + 1;
    append(message, ByteView{question.begin() + 12, name_end + 5});
    for (const auto& text : texts) {
        append(message, Bytes{0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60}); // the name asked for, TXT, IN, 60 s
        append_number(message, text.size() + 1 + text.size() / 255, 2);
        for (std::size_t at = 0; at < text.size() + 1; at += 255) {
            const auto piece = std::string_view{text}.substr(at, 255);
            if (at > 0 && piece.empty()) break;
            message.push_back(static_cast<std::uint8_t>(piece.size()));
            append(message, piece);
        }
    }
    return message;
}

// Answers on the loopback, as the test's event loop runs.
class NameServer {
public:
    explicit NameServer(boost::asio::io_context& context)
        : socket_{context, {boost::asio::ip::address_v4::loopback(), 0}} {
        listen();
    }
    sockaddr_in address() const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(socket_.local_endpoint().port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    std::map<std::string, std::vector<std::string>> texts; // by name
    std::vector<std::string> asked;

private:
    void listen() {
        socket_.async_receive_from(boost::asio::buffer(buffer_), from_, [this](auto error, std::size_t size) {
            if (error) return;
            const auto question = ByteView{buffer_}.first(size);
            std::string name;
            for (std::size_t at = 12; question[at] != 0; at += question[at] + 1U)
                name += (name.empty() ? "" : ".") + taleus::to_text(question.subspan(at + 1, question[at]));
            if (asked.empty() || asked.back() != name) asked.push_back(name); // else once more: we were late
            socket_.send_to(boost::asio::buffer(dns_answer(question, texts[name])), from_);
            listen();
        });
    }
    udp::socket socket_;
    udp::endpoint from_;
    std::array<std::uint8_t, 512> buffer_{};
};

struct ResolverTest : HostTest {
    Result<std::vector<tcp::endpoint>> resolved(std::string_view text) {
        auto address = wire::Multiaddr::from_text(text).value().with_peer(peer);
        return result(resolve(context.get_executor(), std::move(address), server.address()));
    }
    static tcp::endpoint at(std::string_view address, std::uint16_t port) {
        return {boost::asio::ip::make_address(address), port};
    }
    wire::PeerId peer = wire::PeerId::of(server_key.public_key());
    wire::PeerId other = wire::PeerId::of(client_key.public_key());
    NameServer server{context};
};

TEST_F(ResolverTest, a_dnsaddr_stands_for_the_addresses_of_that_peer_alone) {
    const auto own = "/p2p/" + peer.to_text();
    server.texts["_dnsaddr.example.com"] = {"dnsaddr=/ip4/192.0.2.1/tcp/4001" + own,
                                            "dnsaddr=/ip6/2001:db8::1/tcp/4002" + own,
                                            "dnsaddr=/ip4/192.0.2.2/tcp/4001/p2p/" + other.to_text(),
                                            "dnsaddr=/ip4/192.0.2.3/udp/4001/quic-v1" + own,
                                            "dnsaddr=/ip4/192.0.2.4/tcp/4001",
                                            "dnsaddr=nonsense",
                                            "v=spf1 -all",
                                            std::string(300, 'x')};
    EXPECT_EQ(resolved("/dnsaddr/example.com").value(), (std::vector{at("192.0.2.1", 4001), at("2001:db8::1", 4002)}));
}

TEST_F(ResolverTest, names_lead_to_names_and_a_circle_ends) {
    const auto own = "/p2p/" + peer.to_text();
    server.texts["_dnsaddr.a.example.com"] = {"dnsaddr=/dnsaddr/b.example.com" + own,
                                              "dnsaddr=/dnsaddr/gone.example.com" + own};
    server.texts["_dnsaddr.b.example.com"] = {"dnsaddr=/dnsaddr/a.example.com" + own,
                                              "dnsaddr=/ip4/192.0.2.1/tcp/4001" + own};
    EXPECT_EQ(resolved("/dnsaddr/a.example.com")->front(), at("192.0.2.1", 4001));
    EXPECT_LE(server.asked.size(), 8U);
}

TEST_F(ResolverTest, what_leads_nowhere_says_why) {
    EXPECT_EQ(resolved("/dnsaddr/gone.example.com").error().context,
              "cannot resolve _dnsaddr.gone.example.com: Unknown host");
    server.texts["_dnsaddr.example.com"] = {"dnsaddr=/ip4/192.0.2.2/tcp/4001/p2p/" + other.to_text()};
    const auto none = resolved("/dnsaddr/example.com");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Code::unreachable);
    EXPECT_EQ(none.error().context, "example.com has no TCP address of this peer");
}

TEST(TextRecordsTest, a_damaged_answer_is_refused_wherever_it_is_cut_or_changed_into_nonsense) {
    Bytes question{1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 16, 0, 1};
    const auto whole = dns_answer(question, {"one", std::string(300, 'y')});
    EXPECT_EQ(texts_in(whole).value(), (std::vector<std::string>{"one", std::string(300, 'y')}));
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(texts_in(ByteView{whole}.first(size))) << size;
    SeededRandom random{7};
    for (int i = 0; i < 5000; ++i) { // whatever comes of it, it ends
        auto changed = whole;
        for (int j = 0; j < 3; ++j)
            changed[random.below(changed.size())] = static_cast<std::uint8_t>(random.below(256));
        if (const auto texts = texts_in(changed)) EXPECT_LE(texts->size(), 64U);
    }
}

} // namespace
} // namespace taleus::host
