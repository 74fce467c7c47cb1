#include "ops/exposition.hpp"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace taleus::ops {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

std::string escaped_label(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') out.push_back('\\');
        out += c == '\n' ? std::string{"\\n"} : std::string{c};
    }
    return out;
}

std::string labels_of(const ClientMetric& metric, std::string_view last = {}) {
    std::string out;
    for (const auto& label : metric.label)
        out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", label.name, escaped_label(label.value));
    if (!last.empty()) out += fmt::format("{}{}", out.empty() ? "" : ",", last);
    return out.empty() ? out : "{" + out + "}";
}

std::string number(double value) { return std::isinf(value) ? "+Inf" : fmt::format("{}", value); }

void write(std::string& out, const std::string& name, const ClientMetric& metric, MetricType type) {
    const auto to = std::back_inserter(out);
    if (type == MetricType::Counter)
        fmt::format_to(to, "{}_total{} {}\n", name, labels_of(metric), number(metric.counter.value));
    else if (type == MetricType::Gauge)
        fmt::format_to(to, "{}{} {}\n", name, labels_of(metric), number(metric.gauge.value));
    else {
        for (const auto& bucket : metric.histogram.bucket)
            fmt::format_to(to, "{}_bucket{} {}\n", name,
                           labels_of(metric, fmt::format("le=\"{}\"", number(bucket.upper_bound))),
                           bucket.cumulative_count);
        fmt::format_to(to, "{}_sum{} {}\n", name, labels_of(metric), number(metric.histogram.sample_sum));
        fmt::format_to(to, "{}_count{} {}\n", name, labels_of(metric), metric.histogram.sample_count);
    }
}

MetricType type_of(const Reading& reading) {
    if (reading.histogram) return MetricType::Histogram;
    return reading.is_counter ? MetricType::Counter : MetricType::Gauge;
}

ClientMetric::Histogram shown(const Histogram& histogram) {
    ClientMetric::Histogram out;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        below += histogram.counts()[i];
        const bool is_last = i == histogram.bounds().size();
        out.bucket.push_back({below, is_last ? std::numeric_limits<double>::infinity() : histogram.bounds()[i]});
    }
    out.sample_count = below;
    out.sample_sum = histogram.sum();
    return out;
}

} // namespace

void add_readings(std::vector<MetricFamily>& families, const std::vector<Reading>& readings) {
    for (const auto& reading : readings) {
        const auto name = fmt::format("taleus_{}", reading.name);
        auto family = std::ranges::find(families, name, &MetricFamily::name);
        if (family == families.end()) {
            families.push_back({name, std::string{reading.help}, type_of(reading), {}});
            family = std::prev(families.end());
        }
        auto& metric = family->metric.emplace_back();
        for (const auto& [label, value] : reading.labels) metric.label.push_back({label, value});
        if (reading.histogram)
            metric.histogram = shown(*reading.histogram);
        else
            (reading.is_counter ? metric.counter.value : metric.gauge.value) = reading.value;
    }
}

std::string prometheus_text(const std::vector<MetricFamily>& families) {
    return prometheus::TextSerializer{}.Serialize(families);
}

// A counter's family has its name without the _total that its samples end in, and the whole ends with a mark.
std::string openmetrics_text(std::vector<MetricFamily> families) {
    std::string out;
    for (const auto& family : families) {
        if (family.metric.empty()) continue;
        auto name = family.name;
        if (family.type == MetricType::Counter && name.ends_with("_total")) name.resize(name.size() - 6);
        const auto type = family.type == MetricType::Counter ? "counter"
                          : family.type == MetricType::Gauge ? "gauge"
                                                             : "histogram";
        fmt::format_to(std::back_inserter(out), "# TYPE {} {}\n# HELP {} {}\n", name, type, name, family.help);
        for (const auto& metric : family.metric) write(out, name, metric, family.type);
    }
    return out + "# EOF\n";
}

} // namespace taleus::ops
