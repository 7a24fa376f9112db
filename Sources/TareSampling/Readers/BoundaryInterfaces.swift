internal import KernelStats

/// Which interfaces of a network namespace its traffic passes on the way in and out: what an interface over another one carries
/// is carried by that one too, and what the two ends of a pair inside pass to each other is no traffic of the workload.
struct BoundaryInterfaces {
  /// - Parameters:
  ///   - names: all interfaces but `lo`.
  ///   - links: what the kernel says of them; nil where nobody may ask it, as of a captured host: then names tell.
  /// - Returns: those to be counted.
  static func choose(among names: [String], _ links: [NetworkLink]?) -> Set<String> {
    let known = Dictionary(links?.map { ($0.name, $0) } ?? []) { first, _ in first }
    let outer = names.filter { name in
      known[name].map { isBoundary($0) } ?? !isInner(name)
    }
    if !outer.isEmpty { return Set(outer) }
    // Networks in user space, slirp4netns and pasta, end in a tap device that has nothing below it.
    let ends = names.filter { name in known[name].map { userSpace.contains($0.kind) } ?? true }
    let (taps, plain) = (ends.filter { $0.hasPrefix("tap") }, ends.filter { !isInner($0) })
    return Set(plain.isEmpty ? taps.isEmpty ? ends : taps : plain)
  }

  private static func isBoundary(_ link: NetworkLink) -> Bool {
    if link.isOverAnother || overlays.contains(link.kind) { return false }
    // The end of a nested container's pair, in a nested engine's bridge.
    return !(link.kind == "veth" && link.isPort && isInner(link.name))
  }

  /// Kinds of links that carry what others carry, or nothing that leaves: as `ip -d link` calls them.
  private static let overlays: Set = [
    "bridge", "bond", "team", "vrf", "dummy", "ifb", "nlmon", "tun", "wireguard", "vxlan", "geneve", "gre", "gretap",
    "ip6gre",
    "ip6gretap", "erspan", "sit", "ipip", "ip6tnl", "vti", "vti6", "xfrm", "ppp", "vlan", "macsec", "batadv", "hsr",
    "openvswitch",
  ]

  /// Kinds whose other end may be a program that is the way out.
  private static let userSpace: Set = ["tun", "wireguard", "ppp"]

  /// Whether an interface of this name is usually made over others, or leads further in: a network of a nested engine.
  static func isInner(_ name: String) -> Bool {
    // eth0.100 is a VLAN.
    name.contains(".") || prefixes.contains { name.hasPrefix($0) }
  }

  private static let prefixes = [
    "tun", "tap", "wg", "ppp", "tailscale", "zt", "ipsec", "vti", "xfrm", "gre", "erspan", "sit", "ip6tnl", "ip6gre",
    "tunl",
    "ip_vti", "ip6_vti", "vxlan", "geneve", "flannel", "cilium", "cali", "veth", "docker", "br-", "virbr", "lxcbr",
    "lxdbr",
    "incusbr", "podman", "cni", "kube-", "bond", "team", "vlan", "vrf", "dummy", "ifb", "nlmon",
  ]
}
