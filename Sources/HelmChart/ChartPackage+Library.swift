import CYAML

extension ChartPackage {
    /// The version of the libyaml that runs, such as `0.2.5`.
    package static var yamlLibraryVersion: String { String(cString: yaml_get_version_string()) }
}
