#pragma once
// SQL as this module writes it, in PostgreSQL's words. One text serves both engines; what differs is what is here.

#include <string>
#include <string_view>

namespace taleus::store {

// ?1 is $1, and a lock that SQLite, having one writer, need not ask for is asked for: /*FOR UPDATE*/.
std::string to_postgres(std::string_view statement);
// Types and table options of the schema's scripts. Texts compare by their bytes.
std::string schema_to_postgres(std::string_view script);

// PostgreSQL's texts hold no U+0000, which a partner's may: it is kept as two other characters, and those are, where a
// partner sends them, kept apart. Equal texts stay equal, different ones different.
std::string text_to_postgres(std::string_view text);
std::string text_from_postgres(std::string_view text);

} // namespace taleus::store
