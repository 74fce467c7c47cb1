/* How a token's uses, the sessions of its keys and their tallies stay exact, whatever is lost, repeated or killed: two listener
   nodes on one store, two parties that want the same token and repeat what they say. docs/model.md maps each step to the code.

   A transaction of the store is one step, because it is one in the store. What is between two steps may be interleaved with
   anything, and may be the last that its process does. Checked exhaustively by scripts/check-model, as it stands and with
   each fault that an #ifdef puts into it, which must be found.

   -DFOIL: the respondent provisions, and delivers his database; else the inviter does.  -DUSES=n: of the token, 1 by default.
   -DFAULTS=n: of the world, in all: kills, take-overs, waits that are over, removals; 2 by default. */

#ifndef USES
#define USES 1
#endif
#define NODES 2
#define KEYS 2

/* --- the store */

mtype = { free, live, waiting, done };         /* who answers for a key: nobody; a session that is undecided; one that was
                                                  approved and awaits its database; one with a tally */
mtype = { nothing, made, adopted, removing };  /* an instance: what was, or may have been, provisioned for a key */

typedef Row {
    mtype state = free;
    byte owner;
    byte epoch;  /* rises with each change of owner; who does not know the newest has lost the session */
    byte tally;
}
Row row[KEYS];
byte epoch;      /* of the invitation */
byte spent;
byte reserved;
mtype instance[KEYS] = nothing;
byte intent[KEYS];       /* the tally that an instance is made for: the first intent stands */
bool exists[KEYS];       /* the database itself, outside of the store */
byte next_tally = 1;

/* --- what only checks */

byte tallies[KEYS];      /* ever recorded for a key */
byte provisioning[KEYS]; /* calls under way */

#define DONE(k) (row[k].state == done)
#define HOLDS(k) (row[k].state == live || row[k].state == waiting)
#ifdef FOIL
#define HAS_DATABASE(k) true
#else
#define HAS_DATABASE(k) (!DONE(k) || (exists[k] && instance[k] == adopted))
#endif
#define INVARIANT (spent + reserved <= USES && spent == DONE(0) + DONE(1) && reserved == HOLDS(0) + HOLDS(1) && \
                   HAS_DATABASE(0) && HAS_DATABASE(1))

/* --- the network: a node hears a key's contact, or its database result, and leaves one answer for whoever still listens */

mtype = { silent, approved, accepted, again, refused, unknown };
typedef Talk {
    bool contact;
    bool database;
    mtype answer = silent;
    byte tally;
    bool busy;    /* a machine runs: who asks meanwhile joins it */
}
typedef Node {
    bool up = true;
    Talk with[KEYS];
}
Node node[NODES];

inline answer_with(n, k, what, which) {
    atomic {
        node[n].with[k].answer = what;
        node[n].with[k].tally = which;
        node[n].with[k].contact = false;
        node[n].with[k].database = false
    }
}

/* A commit is taken or not; who asked learns which in a step of its own, and never guesses: an unknown outcome is read. */
#define COMMIT(does, fails) if :: does :: fails fi

/* --- the listener */

#ifdef NO_RECHECK
#define MAY_OPEN(k) (row[k].state == free && instance[k] != removing)
#else
#define MAY_OPEN(k) (row[k].state == free && instance[k] != removing && spent + reserved < USES)
#endif
#ifdef NO_FENCE
#define IS_OURS(k, before) (row[k].state != done)
#else
#define IS_OURS(k, before) (row[k].state == before && row[k].epoch == mine)
#endif

inline open_session(n, k) {  /* looks at everything again, holding the invitation */
    atomic {
        if
        :: MAY_OPEN(k) ->
            epoch++;
            row[k].owner = n;
            row[k].epoch = epoch;
            mine = epoch;
            reserved++;
#ifdef FOIL
            row[k].state = waiting;
#else
            row[k].state = live;
            if
            :: instance[k] == nothing -> instance[k] = made; intent[k] = next_tally; next_tally++
            :: else
            fi;
#endif
            is_taken = true
        :: !MAY_OPEN(k) -> is_taken = false
        fi
    }
}

inline record_tally(k, before, which) {
    atomic {
        if
        :: IS_OURS(k, before) ->
            row[k].state = done;
            row[k].tally = which;
            spent++;
            reserved--;
#ifndef FOIL
            instance[k] = adopted;
#endif
            tallies[k]++;
            assert(tallies[k] == 1);
            is_taken = true
        :: !IS_OURS(k, before) -> is_taken = false
        fi
    }
}

/* One machine for a key and a node: a contact, or a database result, from its first byte to its answer. */
proctype Machine(byte n; byte k) {
    byte mine;       /* the epoch under which it owns the session */
    byte tally;
    bool is_taken;
    bool is_calling; /* the provisioner */
    bool is_spent;
    mtype found;
    byte found_tally;
end_idle:
    do
    :: atomic { node[n].up && !node[n].with[k].busy && (node[n].with[k].contact || node[n].with[k].database) ->
                node[n].with[k].busy = true; is_taken = false; mine = 0; tally = 0 };
        {
            if
            :: node[n].with[k].database -> goto deliver
            :: !node[n].with[k].database
            fi;
            /* VALIDATING_TOKEN: the key before the token */
            atomic { found = row[k].state; found_tally = row[k].tally; is_spent = spent == USES };
            if
#ifndef TOKEN_FIRST
            :: found == done || found == waiting -> answer_with(n, k, approved, found_tally); goto over
            :: found == live -> answer_with(n, k, again, 0); goto over
            :: found == free && is_spent -> answer_with(n, k, refused, 0); goto over
#else
            :: is_spent -> answer_with(n, k, refused, 0); goto over
            :: !is_spent && (found == done || found == waiting) -> answer_with(n, k, approved, found_tally); goto over
            :: !is_spent && found == live -> answer_with(n, k, again, 0); goto over
#endif
            :: found == free && !is_spent
            fi;
            COMMIT(open_session(n, k), is_taken = false);
            if
            :: !is_taken -> answer_with(n, k, again, 0); goto over
            :: is_taken
            fi;
#ifdef FOIL
            answer_with(n, k, approved, 0);
            goto over;
#else
            /* PROVISIONING_DATABASE: the same instance however often it is called for */
            atomic { tally = intent[k]; provisioning[k]++; is_calling = true };
            atomic { exists[k] = true; provisioning[k]--; is_calling = false };
#ifdef ANSWER_FIRST
            answer_with(n, k, approved, tally);
#endif
            COMMIT(record_tally(k, live, tally), is_taken = false);
            /* SENDING_RESPONSE */
            if
            :: is_taken -> answer_with(n, k, approved, tally)
            :: !is_taken -> answer_with(n, k, again, 0)
            fi;
            goto over;
#endif
deliver:
#ifdef FOIL
            atomic { found = row[k].state; found_tally = row[k].tally; mine = row[k].epoch };
            if
            :: found == done -> assert(found_tally == 10 + k); answer_with(n, k, accepted, found_tally); goto over
            :: found == free || found == live -> answer_with(n, k, unknown, 0); goto over
            :: found == waiting
            fi;
            /* VALIDATING_DATABASE */
#ifdef ANSWER_FIRST
            answer_with(n, k, accepted, 10 + k);
#endif
            COMMIT(record_tally(k, waiting, 10 + k), is_taken = false);
            if
            :: is_taken -> answer_with(n, k, accepted, 10 + k)
            :: !is_taken -> answer_with(n, k, again, 0)
            fi;
#else
            skip;
#endif
over:       skip
        } unless {
            !node[n].up ->
            atomic {
                if
                :: is_calling -> provisioning[k]--; is_calling = false
                :: !is_calling
                fi;
                node[n].with[k].contact = false;
                node[n].with[k].database = false
            }
        };
        node[n].with[k].busy = false
    od
}

/* --- what happens to nodes and sessions */

/* Whose process is gone, or is believed to be: what is undecided ends, what is decided goes on under its new owner. */
inline take_up(from, by) {
    d_step {
        key = 0;
        do
        :: key < KEYS ->
            if
            :: row[key].owner == from && row[key].state == live ->
                row[key].state = free;
#ifndef NO_GIVE_BACK
                reserved--
#endif
            :: row[key].owner == from && row[key].state == waiting ->
                epoch++; row[key].epoch = epoch; row[key].owner = by
            :: else
            fi;
            key++
        :: else -> break
        od;
        key = 0
    }
}

#ifndef FAULTS
#define FAULTS 2
#endif
#define IDLE(n) (!node[n].with[0].busy && !node[n].with[1].busy)

active proctype World() {
    byte key;
    byte faults = FAULTS;
end_quiet:
    do
    :: atomic { faults > 0 && node[0].up -> faults--; node[0].up = false }        /* kill -9; the nodes are alike */
    :: atomic { !node[0].up && IDLE(0) -> take_up(0, 0); node[0].up = true }      /* restart is resumption */
    :: atomic { faults > 0 -> faults--; take_up(0, 1) }                           /* a sister takes over, right or wrong */
    :: atomic { faults > 0 -> faults--; take_up(1, 0) }
#ifdef FOIL
    :: atomic { faults > 0 && row[0].state == waiting -> faults--; row[0].state = free; reserved-- } /* its time is over */
#else
    /* removal of what nobody completed; its time to live is longer than any call of the provisioner lasts */
    :: atomic { faults > 0 && instance[0] == made && provisioning[0] == 0 && row[0].state == free ->
                faults--;
#ifndef UNCLAIMED
                instance[0] = removing
#endif
       };
       exists[0] = false;
       atomic { if :: instance[0] == removing -> instance[0] = nothing :: else fi }
#endif
    od
}

/* --- the dialer, whose home keeps `has` and what it provisioned; killed and begun again it says the same */

/* One that asks twice, beside a rival that asks once. */
#define TRIES(k) (2 - k)
byte has[KEYS];
bool is_refused[KEYS];

proctype Party(byte k) {
    byte tries;
    byte n;
    do
    :: tries < TRIES(k) && has[k] == 0 && !is_refused[k] ->
        atomic {
            tries++;
            if :: n = 0 :: n = 1 fi;
            node[n].with[k].answer = silent;
            node[n].with[k].contact = true
        };
        if
#ifdef FOIL
        :: atomic { node[n].with[k].answer == approved ->
            if :: n = 0 :: n = 1 fi;
            node[n].with[k].answer = silent;
            node[n].with[k].database = true };
            if
            :: atomic { node[n].with[k].answer == accepted ->
                assert(DONE(k) && row[k].tally == node[n].with[k].tally && node[n].with[k].tally == 10 + k);
                has[k] = node[n].with[k].tally }
            :: true                    /* another answer, or none: lost on the way, either way */
            fi
#else
        :: atomic { node[n].with[k].answer == approved ->
            assert(DONE(k) && row[k].tally == node[n].with[k].tally);
            has[k] = row[k].tally }
#endif
        :: atomic { node[n].with[k].answer == refused -> assert(!DONE(k)); is_refused[k] = true }
        :: true
        fi
    :: else -> break
    od;
    assert(!is_refused[k] || !DONE(k))
}

active proctype Always() {
end_held:
    atomic { !INVARIANT -> assert(false) }
}

#ifdef REACHES
/* That the model is not empty: this claim must be refuted. */
active proctype Never() {
end_unreached:
    atomic { has[0] != 0 && (USES == 1 && is_refused[1] || USES > 1 && has[1] != 0) -> assert(false) }
}
#endif

init {
    atomic {
        run Machine(0, 0); run Machine(0, 1); run Machine(1, 0); run Machine(1, 1);
        run Party(0); run Party(1)
    }
}
