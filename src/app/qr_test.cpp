#include "app/qr.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include <string>

namespace taleus::app {
namespace {

// A link of one address: taleus:1 and about 250 upper-case characters.
const std::string link = "TALEUS:1" + std::string(250, 'A');

TEST(QrTest, the_png_is_the_square_with_its_quiet_zone) {
    const auto code = QrCode::of(link);
    ASSERT_TRUE(code);
    const auto file = code->as_png(3);
    ASSERT_TRUE(file);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    ASSERT_NE(png_image_begin_read_from_memory(&image, file->data(), file->size()), 0);
    EXPECT_EQ(image.width, (code->size() + 8) * 3);
    image.format = PNG_FORMAT_GRAY;
    Bytes pixels(PNG_IMAGE_SIZE(image));
    ASSERT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0);
    for (std::size_t y = 0; y < code->size() + 8; ++y)
        for (std::size_t x = 0; x < code->size() + 8; ++x) {
            const bool inside = x >= 4 && y >= 4 && x < code->size() + 4 && y < code->size() + 4;
            const bool dark = inside && code->dark(x - 4, y - 4);
            ASSERT_EQ(pixels[(y * 3 + 1) * image.width + x * 3 + 1], dark ? 0 : 255) << x << "," << y;
        }
}

TEST(QrTest, the_terminal_form_has_the_size_it_states) {
    const auto code = QrCode::of(link);
    ASSERT_TRUE(code);
    for (const bool colour : {true, false}) {
        const auto text = code->for_terminal(colour);
        EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), code->terminal_rows());
        EXPECT_EQ(text.contains('\x1b'), colour);
    }
    EXPECT_TRUE(code->dark(0, 0)); // the finder pattern's corner
}

TEST(QrTest, what_no_code_holds_is_said) {
    EXPECT_EQ(QrCode::of(std::string(8000, 'A')).error().code, Code::message_too_large);
}

} // namespace
} // namespace taleus::app
