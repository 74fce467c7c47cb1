#pragma once
// QR codes of links: as half blocks for the terminal and as PNG.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace taleus::app {

// A QR code as a square of modules, with no quiet zone yet.
class QrCode {
public:
    // Upper-case text takes a third less room. `message_too_large` beyond what a QR code holds.
    static Result<QrCode> of(std::string_view text);

    std::size_t size() const { return size_; }
    bool dark(std::size_t x, std::size_t y) const { return modules_[y * size_ + x]; }

    // Two rows a line by half blocks, with a quiet zone of 2. In colour it is dark on light whatever the terminal's own
    // colours are; without, on a terminal that writes light on dark.
    std::string for_terminal(bool colour) const;
    std::size_t terminal_columns() const { return size_ + 4; }
    std::size_t terminal_rows() const { return (size_ + 5) / 2; }
    // Grey PNG, `scale` pixels a module, quiet zone of 4.
    Result<Bytes> as_png(unsigned scale) const;

private:
    QrCode(std::size_t size, std::vector<bool> modules) : size_{size}, modules_{std::move(modules)} {}
    std::size_t size_;
    std::vector<bool> modules_;
};

} // namespace taleus::app
