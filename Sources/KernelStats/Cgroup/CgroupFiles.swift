public import TareModel

extension CgroupPlan {
  /// Which files ``CgroupReader`` reads for these cgroups, metric by metric, limits on the path to the root too. Whether they
  /// are there is another question.
  public func files(of own: OwnCgroups) -> [MetricFile] {
    let counted = files.flatMap { file -> [MetricFile] in
      guard let folder = own.folder(file.controller, layout) else { return [] }
      return file.metrics.map { metric in
        let declaration = metric.declaration
        // memory.stat is called so in both versions.
        let places = layout.isV1(file.controller) ? [declaration.v1] : [declaration.v2, declaration.v1]
        let place = places.compactMap { $0 }.first { $0.file == file.name && $0.controller == file.controller }
        return MetricFile(metric, "\(folder)/\(file.name)", place?.key)
      }
    }
    return counted + LimitPath(layout, own).files
  }
}
