#pragma once
// Descriptors that are kept in reserve, so that the admin interface still takes connections when the process has no
// other left. A connection takes the place of a reserved one, and gives it back. One thread.

#include <cstddef>
#include <vector>

namespace taleus::ops {

class Descriptors {
public:
    explicit Descriptors(std::size_t count);
    ~Descriptors();
    Descriptors(const Descriptors&) = delete;
    Descriptors& operator=(const Descriptors&) = delete;

    // Takes a connection off a listening socket; -1 with errno when that cannot be done.
    int accept(int listening);
    // Closes a connection's descriptor and keeps its number in reserve: nobody else gets it in between.
    void give_back(int connection);

private:
    void refill();

    const std::size_t count_;
    std::vector<int> kept_; // each is /dev/null
};

} // namespace taleus::ops
