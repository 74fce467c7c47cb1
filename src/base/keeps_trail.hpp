#pragma once
// False only in a build for bench/trail (TALEUS_WITHOUT_TRAIL), which writes no record, hash or head, to find out what
// they cost. Such a program must not be used otherwise, says so itself, and cannot be installed.

namespace taleus {

bool keeps_trail();

} // namespace taleus
