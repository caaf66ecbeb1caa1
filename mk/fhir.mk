test-fhir: ## FHIR bundles before HL7's own validator (Java, through Maven)
	scripts/fhir/test.sh

.PHONY: test-fhir
