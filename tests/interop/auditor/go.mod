module taleus/auditor

go 1.26.0

require (
	github.com/gowebpki/jcs v1.0.1
	golang.org/x/mod v0.38.0
)
