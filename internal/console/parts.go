package console

import "net/http"

// Parts are what other packages serve under the console's address; nil where
// there is none. Each finds the patient in the path's {patient}.
type Parts struct {
	Page                    http.Handler // everything outside /v1
	Questions, Report, FHIR http.Handler
}

// AllParts are those that this build has.
func AllParts() Parts { return Parts{} }
