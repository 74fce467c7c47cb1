#pragma once
// Collected metrics as text: Prometheus' own form, by prometheus-cpp, and OpenMetrics 1.0, which it does not speak.
// Internal to `ops`.

#include "ops/metrics.hpp"

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace taleus::ops {

void add_readings(std::vector<prometheus::MetricFamily>& families, const std::vector<Reading>& readings);
std::string prometheus_text(const std::vector<prometheus::MetricFamily>& families);
std::string openmetrics_text(std::vector<prometheus::MetricFamily> families);

} // namespace taleus::ops
