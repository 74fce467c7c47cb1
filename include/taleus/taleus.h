#ifndef TALEUS_TALEUS_H
#define TALEUS_TALEUS_H
/**
 * @file
 * The C interface of the library, for programs in C and for other languages to bind to (C99; clean as C++ too).
 *
 * Objects are opaque; each `…_free` takes one that its own function gave, once, and NULL for nothing. Options are
 * structs that the caller fills: the first member, `size`, is `sizeof` of the struct as the caller was compiled, and a
 * member that is zero stands for its default. Records are structs that the library gives: they are read only, `size`
 * says how many bytes of it there are, and they hold until their own `…_free`; what a callback is given holds until it
 * returns. Later versions add members at the ends of structs and values to enumerations, and change nothing else.
 *
 * Text is UTF-8 ended by NUL, and copied by who takes it. A NUL within what a partner stated, which JSON allows, is
 * U+FFFD in records. Times are milliseconds: of a calendar, since 1970 in UTC.
 *
 * Errors: a function that can fail returns a `taleus_code`, TALEUS_OK when it did not. `error`, where it is not NULL,
 * is then set to an error object, to be freed, or to NULL; what a function was to give is set to NULL when it failed.
 * An argument that makes no sense is TALEUS_MALFORMED. No exception leaves the library.
 *
 * Threads: every function may be called from any thread, and several at once of one object, but its `…_free`. Callbacks
 * run where `taleus_hooks::queue` says.
 */

#include <stddef.h>
#include <stdint.h>

/** Marks what programs may link to. */
#define TALEUS_API __attribute__((visibility("default")))
/** As many as there are: of `taleus_terms::uses`. */
#define TALEUS_UNLIMITED UINT64_MAX

#ifdef __cplusplus
extern "C" {
#endif

/** One of the constants `TALEUS_OK`, `TALEUS_MALFORMED`, …; a later library may give others. */
typedef int32_t taleus_code;
/** Why something was not done. Those above 0 are of the C++ interface's `taleus::Code`, in its order. */
enum {
    TALEUS_OK = 0,                 /**< it was done */
    TALEUS_MALFORMED,              /**< a message, link, setting or argument that cannot be read */
    TALEUS_MESSAGE_TOO_LARGE,      /**< a message larger than the listener takes */
    TALEUS_INVALID_TOKEN,          /**< the listener does not know this token */
    TALEUS_TOKEN_EXPIRED,          /**< the invitation was over before the contact came */
    TALEUS_TOKEN_USED,             /**< all uses of the invitation are spent */
    TALEUS_TOKEN_IN_USE,           /**< the uses that are left are reserved by sessions under way */
    TALEUS_TOKEN_REVOKED,          /**< the inviter revoked the invitation */
    TALEUS_INVALID_IDENTITY,       /**< the claim of who the respondent is was refused */
    TALEUS_PROVISIONING_FAILED,    /**< the tally's database cannot be made */
    TALEUS_INVALID_DATABASE,       /**< the database is there and does not hold the draft that it should */
    TALEUS_NO_SUCH_SESSION,        /**< a database result that belongs to no session that waits */
    TALEUS_AMBIGUOUS_SESSION,      /**< a database result that may belong to several sessions */
    TALEUS_CONFLICT,               /**< it exists already, or something that excludes it is under way */
    TALEUS_IN_PROGRESS,            /**< the same bootstrap is under way elsewhere */
    TALEUS_ROLE_MISMATCH,          /**< the listener acts in another role than the link says */
    TALEUS_NOT_ACKNOWLEDGED,       /**< the listener did not confirm that it has the database on record */
    TALEUS_PEER_GONE,              /**< the other side went away in the middle */
    TALEUS_UNREACHABLE,            /**< no address of the link could be reached */
    TALEUS_BAD_LINK,               /**< the link is damaged, altered, or signed by somebody else */
    TALEUS_TIMEOUT,                /**< it was not done in the time that it had */
    TALEUS_RATE_LIMITED,           /**< the partner asks more often than it may */
    TALEUS_OVERLOADED,             /**< there is no room for more at the moment */
    TALEUS_DEPENDENCY_UNAVAILABLE, /**< a store, provisioner or hook failed or did not answer */
    TALEUS_SHUTTING_DOWN,          /**< it is ending and begins nothing new */
    TALEUS_REFUSED,                /**< the partner refused for a reason that it did not name by a code */
    TALEUS_INTERNAL                /**< a fault of this program or of its machine */
};

/** A side of a tally; in an invitation, the inviter's. Whoever holds stock provisions the database. */
enum {
    TALEUS_STOCK = 0, /**< the inviter provisions */
    TALEUS_FOIL       /**< the respondent provisions */
};
/** What a respondent has to prove of itself. */
enum {
    TALEUS_ANY = 0, /**< nothing: the secure channel proves its peer id, the party id is what it says */
    TALEUS_BOUND,   /**< the party id is the peer id, or a did:key of the same key */
    TALEUS_PROOF,   /**< a signature over the peer ids of both by the key that the party id names */
    TALEUS_EXTERNAL /**< whatever `taleus_hooks::check_identity` asks for */
};
/** Which of the two programs a session ran in. */
enum {
    TALEUS_LISTENER = 0, /**< the inviter's */
    TALEUS_DIALER        /**< the respondent's */
};
/** How a session ended, or a join; the states before these are 0 to 13, as docs/states has them (`taleus_state_text`).
 */
enum {
    TALEUS_DONE = 14, /**< both have the tally */
    TALEUS_REJECTED,  /**< refused */
    TALEUS_FAILED,    /**< something did not work */
    TALEUS_TIMED_OUT, /**< a deadline passed */
    TALEUS_CANCELLED  /**< the dialer's user interrupted it */
};
/** How an invitation stands. */
enum {
    TALEUS_ACTIVE = 0, /**< it can be answered */
    TALEUS_EXHAUSTED,  /**< all uses are spent */
    TALEUS_EXPIRED,    /**< its time is over */
    TALEUS_REVOKED     /**< the inviter took it back */
};
/** What came of looking for a draft in its database, or of checking a receipt. */
enum {
    TALEUS_NOT_LOOKED_AT = 0, /**< nobody looked, or there was nothing to look at */
    TALEUS_VERIFIED,          /**< it is there and holds */
    TALEUS_NOT_VERIFIED       /**< it is not, or does not */
};
/** How much a log line matters. */
enum {
    TALEUS_LOG_DEBUG = 1, /**< for who looks for a fault */
    TALEUS_LOG_INFO,      /**< what an operator likes to know */
    TALEUS_LOG_WARN,      /**< something did not work, and is handled */
    TALEUS_LOG_ERROR      /**< something did not work, and somebody should look */
};

/** The version of the library that is loaded: `1.0.0`. Static. */
TALEUS_API const char* taleus_version(void);
/** The code's name, as it stands in records and metrics: `token_expired`; `ok` of 0, `unknown` of what is none. Static.
 */
TALEUS_API const char* taleus_code_text(taleus_code code);
/** The state's name: `VALIDATING_TOKEN`, `DONE`; `UNKNOWN` of what is none. Static. */
TALEUS_API const char* taleus_state_text(int32_t state);
/** 1: it is worth trying again in a moment, which a dialer does by itself. 0: it is not. */
TALEUS_API int taleus_is_repeatable(taleus_code code);

/** What went wrong. A value. */
typedef struct taleus_error taleus_error;
/** For programs; TALEUS_OK of NULL. */
TALEUS_API taleus_code taleus_error_code(const taleus_error* error);
/** A sentence for people, with the code's name; for one's own log, never for a partner. Owned by the error; "" of NULL.
 */
TALEUS_API const char* taleus_error_text(const taleus_error* error);
/** Frees it. */
TALEUS_API void taleus_error_free(taleus_error* error);

/** Texts. */
typedef struct taleus_texts {
    size_t size;              /**< of this struct, in bytes */
    size_t count;             /**< of items */
    const char* const* items; /**< NULL when there are none */
} taleus_texts;
/** Frees it. */
TALEUS_API void taleus_texts_free(const taleus_texts* texts);

/* ---- Where callbacks run --------------------------------------------------------------------------------------------
 */

/**
 * Callbacks that wait to be run by the application: for a program that has a loop of its own and wants to be called on
 * its own threads. Shared by as many listeners and dialers as like.
 */
typedef struct taleus_queue taleus_queue;
/** Makes an empty one. TALEUS_INTERNAL when there is no descriptor left. */
TALEUS_API taleus_code taleus_queue_create(taleus_queue** queue, taleus_error** error);
/** Readable while callbacks wait: for poll, epoll, an event loop. Only to be polled; open until the queue is freed. */
TALEUS_API int taleus_queue_descriptor(const taleus_queue* queue);
/** Runs at most `most` callbacks that wait, in their order, and returns how many they were. It does not wait for any.
 */
TALEUS_API size_t taleus_queue_dispatch(taleus_queue* queue, size_t most);
/** Frees it, not from one of its callbacks. Those that wait, and those of who still uses it, are never run. */
TALEUS_API void taleus_queue_free(taleus_queue* queue);

/* ---- Hooks: what only the application can know or do
 * ----------------------------------------------------------------- */

/**
 * Takes the answer to one question: from any thread, before the hook returns or later.
 *
 * The first answer counts, any other is ignored. One that comes after the deadline is dropped. Freed without an answer,
 * the question has failed (TALEUS_DEPENDENCY_UNAVAILABLE) at once; one that is neither answered nor freed ends its
 * session at the deadline and holds up nothing else. An answer that makes no sense, or is one to another hook's
 * question, counts as a failure. It may outlive its listener or dialer, and then does nothing.
 */
typedef struct taleus_completion taleus_completion;

/** On whose behalf a hook is called. */
typedef struct taleus_call {
    size_t size;             /**< of this struct, in bytes */
    const char* session_key; /**< 64 hex digits: the same at every try of one session; "" where there is none */
    const char*
        idempotency_key; /**< 64 hex digits: asked again with the same one, give the same answer, make nothing twice */
    int64_t deadline;    /**< when nobody waits any more: ms of the calendar */
    int64_t allowed;     /**< the same, in ms from when it was asked */
} taleus_call;

/** What an invitation grants. */
typedef struct taleus_terms {
    size_t size;         /**< of this struct, in bytes */
    int32_t role;        /**< TALEUS_STOCK or TALEUS_FOIL, the inviter's side */
    int32_t requirement; /**< TALEUS_ANY, …: what the respondent has to prove */
    uint64_t uses;       /**< tallies in all; 0: one; TALEUS_UNLIMITED: a standing invitation */
    uint64_t per_peer;   /**< tallies of one peer id; 0: no limit but `uses` */
    int64_t valid_for;   /**< ms from now; 0: a day */
    const char* label;   /**< private to the inviter, at most 256 bytes; NULL: none */
    int64_t expiry;      /**< when it is over, in place of `valid_for`; in the year 9999 at the latest, which stands
                            for whatever later time is told by `taleus_answer_terms`; 0: `valid_for` says so */
} taleus_terms;

/** Whom a respondent claims to be. What it stated is its text. */
typedef struct taleus_claim {
    size_t size;                 /**< of this struct, in bytes */
    const char* peer_id;         /**< proven by the secure channel */
    const char* party_id;        /**< stated, 1 to 256 bytes */
    const char* identity_bundle; /**< stated: any JSON, as text */
    const char* const* cadre;    /**< where its nodes are, as it says */
    size_t cadre_count;          /**< at most 64 */
} taleus_claim;

/** A database to be made, or removed. */
typedef struct taleus_order {
    size_t size;                  /**< of this struct, in bytes */
    const char* tally_id;         /**< the tally that will live in it */
    const char* draft;            /**< its signed draft, JSON text, to be written into it */
    const char* own_password;     /**< for this side's login, if the database has logins. Secret */
    const char* partner_password; /**< likewise for the partner's login. Secret */
} taleus_order;

/** A database that was made. */
typedef struct taleus_made_database {
    size_t size;                 /**< of this struct, in bytes */
    const char* endpoint;        /**< where it is, as the partner is told, 1 to 2048 bytes */
    const char* credentials_ref; /**< the partner's login there, at most 512 bytes; NULL: none */
    const char* own_login;       /**< this side's login, at most 512 bytes; NULL: it asks for none */
    int32_t has_logins;          /**< not 0: the passwords of the order were given to the two logins */
} taleus_made_database;

/** One arrow that a session took. */
typedef struct taleus_transition {
    size_t size;         /**< of this struct, in bytes */
    const char* session; /**< its id; "" before its first message was read */
    int32_t side;        /**< TALEUS_LISTENER or TALEUS_DIALER */
    int32_t from;        /**< the state that it left */
    int32_t to;          /**< the state that it entered */
    const char* cause;   /**< the event's name, as in docs/states */
    int64_t spent;       /**< how long it was in `from`, in nanoseconds */
} taleus_transition;

/** The end of a session. */
typedef struct taleus_ending {
    size_t size;         /**< of this struct, in bytes */
    const char* session; /**< its id; "": nothing was understood of what it sent */
    int32_t side;        /**< TALEUS_LISTENER or TALEUS_DIALER */
    int32_t role;        /**< the inviter's; -1: no invitation was known */
    int32_t outcome;     /**< TALEUS_DONE, … */
    taleus_code code;    /**< why it did not end TALEUS_DONE; else TALEUS_OK */
    int64_t lasted;      /**< from its first byte to its end, in nanoseconds */
} taleus_ending;

/**
 * What a listener or a dialer calls. Any function may be NULL: then the default does it. `context` is handed to each;
 * it must stay until the listener or dialer was freed, after which nothing is called any more. A hook owns its
 * completion.
 */
typedef struct taleus_hooks {
    size_t size;   /**< of this struct, in bytes */
    void* context; /**< of the application */
    /** Listener: what does a token grant that the store does not know? `taleus_answer_terms`. Else it is invalid. A
     * token with a NUL within is unknown without being asked about: it is not the one that stands before the NUL. */
    void (*find_token)(void* context, const taleus_call* call, const char* token, taleus_completion* done);
    /** Listener, for invitations that require TALEUS_EXTERNAL: is it who it says? `taleus_answer_verdict`. A
     * claim with a NUL within its party id or cadre is refused without being asked about. */
    void (*check_identity)(void* context, const taleus_call* call, const taleus_claim* claim, taleus_completion* done);
    /** The side that holds stock: make it, or find it again by its idempotency key. `taleus_answer_database`. Together
     * with `remove`; both NULL: SQLite files in the home. */
    void (*provision)(void* context, const taleus_call* call, const taleus_order* order, taleus_completion* done);
    /** Nobody completed it and its time to live is over: remove it, if it is there. What the key has for another tally
     * than the order's was made since and stays. `taleus_answer_removed`. */
    void (*remove)(void* context, const taleus_call* call, const taleus_order* order, taleus_completion* done);
    /** A session went from one state to another. */
    void (*transition)(void* context, const taleus_transition* what);
    /** A session is over. */
    void (*ended)(void* context, const taleus_ending* what);
    /** Somebody was refused before anything was read of it. */
    void (*turned_away)(void* context, taleus_code why);
    /** Where all of these, and the ends of joins, are called; NULL: one thread of the listener or dialer, which they
     * may block without holding up any session but those that wait for them. */
    taleus_queue* queue;
    uint64_t
        events_waiting_max; /**< of transition, ended, turned_away: what is more is dropped and counted; 0: 10,000 */
} taleus_hooks;

/** To find_token; NULL: it is unknown, and the respondent is told TALEUS_INVALID_TOKEN. */
TALEUS_API void taleus_answer_terms(taleus_completion* completion, const taleus_terms* terms);
/** To check_identity; `accepted` 0: it is refused. `reason`: for one's own records, at most 1 KiB; may be NULL. */
TALEUS_API void taleus_answer_verdict(taleus_completion* completion, int accepted, const char* reason);
/** To provision. */
TALEUS_API void taleus_answer_database(taleus_completion* completion, const taleus_made_database* made);
/** To remove: it is not there any more. */
TALEUS_API void taleus_answer_removed(taleus_completion* completion);
/** To any: no answer. To provision, TALEUS_PROVISIONING_FAILED: it cannot be made; any other code, to any: it may work
 * later, and the respondent tries again. `text`: for the log, may be NULL. */
TALEUS_API void taleus_answer_error(taleus_completion* completion, taleus_code code, const char* text);
/** 1: nobody waits for it any more, at the deadline at the latest; heeding it spares work. 0: somebody does. */
TALEUS_API int taleus_completion_is_cancelled(const taleus_completion* completion);
/** Lets it go, answered or not: once, when nobody uses it any more. */
TALEUS_API void taleus_completion_free(taleus_completion* completion);

/* ---- Options --------------------------------------------------------------------------------------------------------
 */

/** How the draft is read back from a partner's database, by the login that the partner sealed to this node; what comes
 * of it is `access` of the tally. */
typedef struct taleus_read_back {
    size_t size;         /**< of this struct, in bytes */
    const char* program; /**< the program `taleus`, run for each in a process of its own; NULL: nothing is read back */
    int32_t any_address; /**< not 0: dial loopback, private and link-local addresses too */
    const char* tls;     /**< `disable`, `prefer`, `require` or `verify-full`; NULL: `prefer` */
    const char* authorities; /**< certificates that `verify-full` trusts, PEM; NULL: the system's */
    int64_t timeout;         /**< ms that a session waits for it; 0: 2 s */
} taleus_read_back;

/** Who a listener or a dialer is, and where it keeps things. */
typedef struct taleus_party {
    size_t size;              /**< of this struct, in bytes */
    const char* home;         /**< a directory of its own, made where it is missing; required */
    const char* key_file;     /**< the node's key, a libp2p PrivateKey protobuf; NULL: identity.key of the home */
    const char* store_url;    /**< `postgresql://…`, shared by all nodes of one inviter; NULL: SQLite in the home */
    const char* party_id;     /**< whom partners deal with, at most 256 bytes; NULL: the node's peer id */
    const char* const* cadre; /**< where the party's nodes are, for partners */
    size_t cadre_count;       /**< at most 64; 0: the announced addresses */
    int64_t time_to_live;     /**< ms that a database is kept that no session completed; 0: a day */
    int32_t log_level;        /**< TALEUS_LOG_…: lines of lower levels are not made; 0: TALEUS_LOG_INFO */
    /** Takes log lines, from any thread, several at once; must not block for long. NULL: nothing is logged. */
    void (*log)(void* context, int32_t level, const char* module, const char* message);
    void* log_context;                 /**< handed to `log` */
    const taleus_read_back* read_back; /**< whether partners' databases are looked into; NULL: they are not */
} taleus_party;

/** What a listener takes on at once; beyond that it refuses with TALEUS_OVERLOADED. 0: the default. */
typedef struct taleus_limits {
    size_t size;                      /**< of this struct, in bytes */
    uint64_t sessions;                /**< streams being served */
    uint64_t sessions_per_peer;       /**< of one peer id */
    uint64_t sessions_per_address;    /**< of one IPv4 address or one IPv6 /64 */
    uint64_t reserved;                /**< beyond these, for work that is half done */
    uint64_t memory;                  /**< bytes that sessions may reserve */
    uint64_t sessions_per_token;      /**< between token validation and the written response */
    uint64_t waiting;                 /**< foil sessions that await their database */
    uint64_t waiting_per_peer;        /**< of these, of one peer id */
    uint64_t waiting_per_token;       /**< of these, of one invitation */
    uint64_t joiners;                 /**< contacts that wait for the answer of the session of their key */
    uint64_t message_bytes;           /**< the largest message, in bytes */
    uint64_t connections;             /**< inbound, in all */
    uint64_t connections_per_address; /**< of one IPv4 address or one IPv6 /64 */
} taleus_limits;

/** How long each step of a listener's session may take, in ms; 0: the default (docs/protocol.md, "Timeouts"). */
typedef struct taleus_listener_timeouts {
    size_t size;            /**< of this struct, in bytes */
    int64_t step;           /**< one step, and so one call of a hook */
    int64_t respond;        /**< from the end of the contact to the written response */
    int64_t session;        /**< a session as a whole */
    int64_t await_database; /**< foil: the respondent's provisioning */
    int64_t refusal;        /**< telling a refusal */
} taleus_listener_timeouts;

/** How long each step of a join may take, in ms; 0: the default (docs/protocol.md, "Timeouts"). */
typedef struct taleus_dialer_timeouts {
    size_t size;      /**< of this struct, in bytes */
    int64_t connect;  /**< all addresses together, to the proven peer */
    int64_t step;     /**< one step */
    int64_t response; /**< from the contact to the listener's answer */
    int64_t session;  /**< a join as a whole, its repetitions included */
} taleus_dialer_timeouts;

/** What a listener is started with. */
typedef struct taleus_listener_options {
    size_t size;                              /**< of this struct, in bytes */
    const taleus_party* party;                /**< where and who; required */
    const char* const* listen;                /**< multiaddrs; port 0: any free one */
    size_t listen_count;                      /**< 0: port 9000 of every address */
    const char* const* announce;              /**< what links carry, where it is not what it listens on */
    size_t announce_count;                    /**< of `announce` */
    const taleus_listener_timeouts* timeouts; /**< of its sessions; NULL: the defaults */
    const taleus_limits* limits;              /**< on its sessions; NULL: the defaults */
    const taleus_hooks* hooks;                /**< NULL: none */
} taleus_listener_options;

/** What a dialer is opened with. */
typedef struct taleus_dialer_options {
    size_t size;                            /**< of this struct, in bytes */
    const taleus_party* party;              /**< where and who; required */
    const taleus_dialer_timeouts* timeouts; /**< of its joins; NULL: the defaults */
    const taleus_hooks* hooks;              /**< NULL: none */
} taleus_dialer_options;

/* ---- Records --------------------------------------------------------------------------------------------------------
 */

/** An invitation that was made. Who has `uri` or `json` can answer it. */
typedef struct taleus_issued {
    size_t size;      /**< of this struct, in bytes */
    const char* id;   /**< its public name, 16 hex digits */
    const char* uri;  /**< the signed link, `taleus:1…`. Secret */
    const char* json; /**< the same link as a JSON object. Secret */
    int64_t expiry;   /**< from then on it is refused */
} taleus_issued;
/** Frees it. */
TALEUS_API void taleus_issued_free(const taleus_issued* issued);

/** What is on record of an invitation: never the token. */
typedef struct taleus_invitation {
    size_t size;         /**< of this struct, in bytes */
    const char* id;      /**< its public name, 16 hex digits */
    int32_t role;        /**< the inviter's side */
    int32_t requirement; /**< as granted */
    uint64_t uses;       /**< as granted, or TALEUS_UNLIMITED */
    uint64_t per_peer;   /**< as granted; 0: no limit */
    const char* label;   /**< private to the inviter */
    int64_t created;     /**< when it was made */
    int64_t expiry;      /**< from then on it is refused */
    int64_t revoked;     /**< since when it is; 0: it is not */
    uint64_t spent;      /**< uses that became tallies */
    uint64_t reserved;   /**< uses of sessions that are durably under way */
    int32_t standing;    /**< TALEUS_ACTIVE, …, as of when it was asked for */
} taleus_invitation;
/** Invitations, the newest first. */
typedef struct taleus_invitations {
    size_t size;                           /**< of this struct, in bytes */
    size_t count;                          /**< of items */
    const taleus_invitation* const* items; /**< NULL when there are none */
} taleus_invitations;
/** Frees it, with its items. */
TALEUS_API void taleus_invitations_free(const taleus_invitations* invitations);

/** A tally on record. What a partner stated is its text: escape it where it is shown. */
typedef struct taleus_tally {
    size_t size;                      /**< of this struct, in bytes */
    const char* id;                   /**< of both sides alike */
    const char* session;              /**< the session that made it */
    int32_t side;                     /**< of this record: TALEUS_LISTENER or TALEUS_DIALER */
    int32_t role;                     /**< the inviter's */
    const char* created_by;           /**< who provisioned: `stock`, or as the partner put it */
    const char* own_party;            /**< this side's party id */
    const char* partner_party;        /**< the partner's party id, as accepted */
    const char* partner_peer;         /**< the partner's peer id, as the secure channel proved it */
    const char* const* partner_cadre; /**< where the partner's nodes are, as it says */
    size_t partner_cadre_count;       /**< of partner_cadre */
    const char* invitation;           /**< the invitation's public name */
    const char* endpoint;             /**< where its database lives */
    const char* credentials_ref;      /**< the partner's login there */
    const char* draft;                /**< the signed draft, JSON text; "": the partner sent none */
    int32_t draft_verified;           /**< 1: its signature and contents were checked */
    int32_t acknowledged;             /**< foil, 1: the listener has it on record, and the dialer has heard so */
    int32_t confirmed;                /**< 1: both sides are known to have it */
    int32_t access;                   /**< TALEUS_VERIFIED, …: was the draft read back from the database? */
    int64_t recorded;                 /**< when it became durable here */
} taleus_tally;
/** Tallies, the newest first. */
typedef struct taleus_tallies {
    size_t size;                      /**< of this struct, in bytes */
    size_t count;                     /**< of items */
    const taleus_tally* const* items; /**< NULL when there are none */
} taleus_tallies;
/** Frees it, with its items. */
TALEUS_API void taleus_tallies_free(const taleus_tallies* tallies);

/** How this side gets into a tally's database. */
typedef struct taleus_login {
    size_t size;          /**< of this struct, in bytes */
    const char* name;     /**< as the database knows it; "": it asks for none */
    const char* password; /**< secret; "": it asks for none, or it is not known here */
} taleus_login;
/** Frees it. */
TALEUS_API void taleus_login_free(const taleus_login* login);

/** One thing that must be so. */
typedef struct taleus_check {
    size_t size;        /**< of this struct, in bytes */
    const char* name;   /**< what is looked at: `node`, `store`, `provisioner`, `event_loop` */
    const char* code;   /**< for programs: `draining`, …; "": it is so */
    const char* detail; /**< for people; "": it is so */
} taleus_check;
/** How a listener is. */
typedef struct taleus_health {
    size_t size;                      /**< of this struct, in bytes */
    int32_t is_good;                  /**< 1: it takes new sessions */
    size_t count;                     /**< of items */
    const taleus_check* const* items; /**< in a fixed order */
} taleus_health;
/** Frees it, with its items. */
TALEUS_API void taleus_health_free(const taleus_health* health);

/** What a listener counts: gauges of the moment, totals since its start. */
typedef struct taleus_counts {
    size_t size;                /**< of this struct, in bytes */
    uint64_t serving;           /**< gauge: streams being served */
    uint64_t awaiting_database; /**< gauge: foil sessions that await their database */
    uint64_t connections;       /**< gauge: open, both directions */
    uint64_t begun;             /**< total: sessions that began; always active + ended + left */
    uint64_t active;            /**< gauge: of these, under way here */
    uint64_t ended;             /**< total: of these, at their end */
    uint64_t left;              /**< total: of these, answered from the record or taken over by a sister node */
    uint64_t events_dropped;    /**< total: events that the application was too slow for */
} taleus_counts;
/** Frees it. */
TALEUS_API void taleus_counts_free(const taleus_counts* counts);

/* ---- Listener: the inviter's side
 * ------------------------------------------------------------------------------------ */

/** A listener that runs, on threads of its own. */
typedef struct taleus_listener taleus_listener;
/**
 * Opens the home, takes up what an earlier run left, and listens. TALEUS_CONFLICT when another one runs in this home or
 * under this key or somebody has the port, TALEUS_DEPENDENCY_UNAVAILABLE when this machine does not give an address to
 * listen on, TALEUS_OVERLOADED when it has no room for one, TALEUS_INTERNAL when the home or the key cannot be used.
 */
TALEUS_API taleus_code taleus_listener_start(const taleus_listener_options* options, taleus_listener** listener,
                                             taleus_error** error);
/** This node's peer id. Owned by the listener. */
TALEUS_API const char* taleus_listener_peer_id(const taleus_listener* listener);
/** What it listens on, with the real ports, each ending in /p2p and its peer id. */
TALEUS_API taleus_code taleus_listener_listening(taleus_listener* listener, const taleus_texts** addresses,
                                                 taleus_error** error);
/** Makes an invitation, durably. `terms` NULL: one stock tally within a day. `token`: the secret, 1 to 512 bytes; NULL:
 * 128 random bits. TALEUS_CONFLICT when the token was used before. This and what follows waits for the store, five
 * seconds at most (TALEUS_TIMEOUT); TALEUS_DEPENDENCY_UNAVAILABLE when that does not work. */
TALEUS_API taleus_code taleus_listener_invite(taleus_listener* listener, const taleus_terms* terms, const char* token,
                                              const taleus_issued** issued, taleus_error** error);
/** The link of an invitation that the application keeps itself and tells of by `find_token`: nothing is recorded. */
TALEUS_API taleus_code taleus_listener_link(taleus_listener* listener, const taleus_terms* terms, const char* token,
                                            const taleus_issued** issued, taleus_error** error);
/** All invitations. */
TALEUS_API taleus_code taleus_listener_invitations(taleus_listener* listener, const taleus_invitations** invitations,
                                                   taleus_error** error);
/** Takes one back, by its id or a prefix that only it has. `found` (may be NULL): 0, there is none. */
TALEUS_API taleus_code taleus_listener_revoke(taleus_listener* listener, const char* id, int* found,
                                              taleus_error** error);
/** All tallies of the store. */
TALEUS_API taleus_code taleus_listener_tallies(taleus_listener* listener, const taleus_tallies** tallies,
                                               taleus_error** error);
/** How this side gets into that tally's database; NULL: there is no such tally. */
TALEUS_API taleus_code taleus_listener_login(taleus_listener* listener, const char* tally_id,
                                             const taleus_login** login, taleus_error** error);
/** Does it take new sessions? Returns at once. */
TALEUS_API taleus_code taleus_listener_health(taleus_listener* listener, const taleus_health** health,
                                              taleus_error** error);
/** As of now. */
TALEUS_API taleus_code taleus_listener_counts(taleus_listener* listener, const taleus_counts** counts,
                                              taleus_error** error);
/** All metrics, one item of `metrics`, in the OpenMetrics text format (docs/operations.md). */
TALEUS_API taleus_code taleus_listener_metrics(taleus_listener* listener, const taleus_texts** metrics,
                                               taleus_error** error);
/** New sessions and connections have these from now on; NULL or a member of 0: the default. */
TALEUS_API taleus_code taleus_listener_change(taleus_listener* listener, const taleus_listener_timeouts* timeouts,
                                              const taleus_limits* limits, taleus_error** error);
/** New sessions are refused with TALEUS_SHUTTING_DOWN; those under way go on. Returns at once. */
TALEUS_API void taleus_listener_drain(taleus_listener* listener);
/**
 * Drains, and waits at most `grace` ms until all sessions have ended; the rest is cut off. Once, not from a callback.
 * With a queue, another thread has to dispatch it meanwhile, or sessions that wait for a hook end at its deadline.
 */
TALEUS_API void taleus_listener_stop(taleus_listener* listener, int64_t grace);
/** Cuts off the sessions under way, while another thread waits in `taleus_listener_stop`. Returns at once. */
TALEUS_API void taleus_listener_hurry(taleus_listener* listener);
/** Ends at once what `taleus_listener_stop` would end in order, and waits until no callback runs any more. Not from
 * one. */
TALEUS_API void taleus_listener_free(taleus_listener* listener);

/* ---- Dialer: the respondent's side
 * ------------------------------------------------------------------------------------ */

/** Answers invitations, on threads of its own, several at the same time. */
typedef struct taleus_dialer taleus_dialer;
/** Opens the home. TALEUS_INTERNAL when it, or the key, cannot be used. */
TALEUS_API taleus_code taleus_dialer_open(const taleus_dialer_options* options, taleus_dialer** dialer,
                                          taleus_error** error);
/** This node's peer id. Owned by the dialer. */
TALEUS_API const char* taleus_dialer_peer_id(const taleus_dialer* dialer);

/** One step of a join, for people. */
typedef struct taleus_join_progress {
    size_t size;         /**< of this struct, in bytes */
    int32_t state;       /**< the state that begins */
    const char* address; /**< where it happens; "" before a connection is up */
    const char* text;    /**< why, when it is a repetition; printable */
} taleus_join_progress;

/** What came of a join. */
typedef struct taleus_join_result {
    size_t size;               /**< of this struct, in bytes */
    int32_t outcome;           /**< TALEUS_DONE, TALEUS_REJECTED, … */
    taleus_code code;          /**< why it is not TALEUS_DONE; else TALEUS_OK */
    const char* reason;        /**< for people; may hold the partner's words, escaped */
    int32_t resumed;           /**< 1: answered from, or continued, what this home had on record */
    const char* session;       /**< the listener's id for it where it stated one, else this home's */
    const char* address;       /**< where the listener was reached; "": nowhere */
    const taleus_tally* tally; /**< exactly when the outcome is TALEUS_DONE; else NULL */
    int32_t receipt;           /**< TALEUS_VERIFIED, …: the listener's proof */
    const char* peer;          /**< the peer id of the node that answered; "": none did */
} taleus_join_result;
/** Frees it, with its tally; not one that a callback was given. */
TALEUS_API void taleus_join_result_free(const taleus_join_result* result);

/** What to answer, and how. */
typedef struct taleus_join_options {
    size_t size;                 /**< of this struct, in bytes */
    const char* link;            /**< in any form: `taleus:1…` or a JSON object; required */
    const char* expected_signer; /**< the peer id that must have signed it; NULL: anyone */
    int32_t require_signed;      /**< not 0: refuse a link that nobody signed */
    void* context;               /**< handed to `progress` and `done` */
    /** Each step of it; NULL: nobody watches. */
    void (*progress)(void* context, const taleus_join_progress* step);
    /** The end of it, of `taleus_dialer_join` only, once: `result`, or NULL and `error`. Not at all where the dialer is
     * freed before: who frees it with joins under way lets go of their `context` by itself, after that. */
    void (*done)(void* context, const taleus_join_result* result, const taleus_error* error);
} taleus_join_options;

/** A join under way. It may outlive its dialer. */
typedef struct taleus_join taleus_join;
/**
 * Answers an invitation; `done`, which is required, tells what came of it. Expected ends, a refusal among them, are
 * results; errors are TALEUS_BAD_LINK, TALEUS_IN_PROGRESS (this home is joining it already) and TALEUS_SHUTTING_DOWN.
 * Returns at once. `join`: to cancel it, to be freed at any time; may be NULL.
 */
TALEUS_API taleus_code taleus_dialer_join(taleus_dialer* dialer, const taleus_join_options* options, taleus_join** join,
                                          taleus_error** error);
/** The same, and waits for what comes of it. Not from a callback; with a queue, another thread has to dispatch it. */
TALEUS_API taleus_code taleus_dialer_join_and_wait(taleus_dialer* dialer, const taleus_join_options* options,
                                                   const taleus_join_result** result, taleus_error** error);
/** Asks it to end, TALEUS_CANCELLED, unless it ends first in another way. Returns at once. */
TALEUS_API void taleus_join_cancel(taleus_join* join);
/** Lets the handle go; the join goes on. */
TALEUS_API void taleus_join_free(taleus_join* join);
/** All tallies of the store. */
TALEUS_API taleus_code taleus_dialer_tallies(taleus_dialer* dialer, const taleus_tallies** tallies,
                                             taleus_error** error);
/** How this side gets into that tally's database; NULL: there is no such tally. */
TALEUS_API taleus_code taleus_dialer_login(taleus_dialer* dialer, const char* tally_id, const taleus_login** login,
                                           taleus_error** error);
/** Cancels the joins under way and waits for their ends, and until no callback runs any more. Not from one. */
TALEUS_API void taleus_dialer_free(taleus_dialer* dialer);

/* ---- Links
 * ------------------------------------------------------------------------------------------------------------ */

/** A link, taken apart. */
typedef struct taleus_link {
    size_t size;                  /**< of this struct, in bytes */
    const char* const* addresses; /**< multiaddrs of the inviter's nodes, each ending in /p2p */
    size_t addresses_count;       /**< 1 to 16 */
    const char* token;            /**< the secret */
    int64_t expiry;               /**< as stated; the listener's record decides */
    int32_t role;                 /**< the inviter's side */
    const char* requirement;      /**< as stated; "": none */
    const char* signer;           /**< the peer id that signed it, and whose signature holds; "": nobody did */
} taleus_link;
/** Reads a link in any form. TALEUS_BAD_LINK when it is damaged, or altered after it was signed. Nothing is sent. */
TALEUS_API taleus_code taleus_link_parse(const char* text, const taleus_link** link, taleus_error** error);
/** Frees it. */
TALEUS_API void taleus_link_free(const taleus_link* link);

#ifdef __cplusplus
}
#endif

#endif
