package model

// ShownOUs caps the OUs that a guard names; the plan lists everybody.
const ShownOUs = 2
