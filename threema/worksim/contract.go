package worksim

import _ "embed"

//go:embed openapi.yaml
var contract []byte

// Contract returns the OpenAPI document of the Work API that the simulator is built on.
func Contract() []byte { return contract }
