#include "app/qr.hpp"

#include <png.h>
#include <qrcodegen/qrcodegen.hpp>

namespace taleus::app {

Result<QrCode> QrCode::of(std::string_view text) {
    try {
        const auto segments = qrcodegen::QrSegment::makeSegments(std::string{text}.c_str());
        // The lowest error correction that fits the smallest square, raised where that costs no room.
        const auto code = qrcodegen::QrCode::encodeSegments(segments, qrcodegen::QrCode::Ecc::LOW);
        const auto size = static_cast<std::size_t>(code.getSize());
        std::vector<bool> modules(size * size);
        for (std::size_t y = 0; y < size; ++y)
            for (std::size_t x = 0; x < size; ++x)
                modules[y * size + x] = code.getModule(static_cast<int>(x), static_cast<int>(y));
        return QrCode{size, std::move(modules)};
    } catch (const qrcodegen::data_too_long&) {
        return fail(Code::message_too_large, "the link is too long for a QR code");
    }
}

std::string QrCode::for_terminal(bool colour) const {
    constexpr std::size_t quiet = 2;
    const auto light = [&](std::size_t x, std::size_t y) { // outside and quiet zone are light
        return x < quiet || y < quiet || x >= size_ + quiet || y >= size_ + quiet || !dark(x - quiet, y - quiet);
    };
    std::string out;
    for (std::size_t y = 0; y < size_ + 2 * quiet; y += 2) {
        if (colour) out += "\x1b[97;40m"; // white on black: light modules are the foreground
        for (std::size_t x = 0; x < size_ + 2 * quiet; ++x) {
            const bool upper = light(x, y);
            const bool lower = light(x, y + 1);
            out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
        }
        out += colour ? "\x1b[0m\n" : "\n";
    }
    return out;
}

Result<Bytes> QrCode::as_png(unsigned scale) const {
    constexpr std::size_t quiet = 4;
    const auto side = (size_ + 2 * quiet) * scale;
    Bytes pixels(side * side, 255);
    for (std::size_t y = 0; y < size_ * scale; ++y)
        for (std::size_t x = 0; x < size_ * scale; ++x)
            if (dark(x / scale, y / scale)) pixels[(y + quiet * scale) * side + x + quiet * scale] = 0;

    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(side);
    image.height = static_cast<png_uint_32>(side);
    image.format = PNG_FORMAT_GRAY;
    png_alloc_size_t size = 0;
    if (png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr) == 0)
        return fail(Code::internal, "the QR code does not become a PNG");
    Bytes out(size);
    if (png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
        return fail(Code::internal, "the QR code does not become a PNG");
    out.resize(size);
    return out;
}

} // namespace taleus::app
