using YamlDotNet.RepresentationModel;

namespace HybridLlm.Ollama.Kubernetes.Linting;

/// <summary>How a pod comes, is looked after and goes.</summary>
internal static class LifeRules
{
    private const int LeastStartupSeconds = 600;
    private const int LeastLivenessSeconds = 60;
    private const int MostGraceSeconds = 110;
    private const int LeastGraceSeconds = 30;

    private static readonly string[] s_loads = ["/api/generate", "/api/chat", "ollama run"];

    public static IEnumerable<ManifestRule> All =>
        [
            new(
                "preload",
                "Nothing loads the model: the first caller waits minutes for a load, and one that gives up ends it.",
                "Pull and load it in the container's start script, or pull in an init container.",
                w =>
                    Mentions(w.Container.At("command"), s_loads)
                    || Mentions(w.Container.At("args"), s_loads)
                    || Mentions(w.Pod.At("initContainers"), ["pull", .. s_loads])
            ),
            new(
                "post-start",
                "A postStart hook kills the container if a pull in it fails, and nothing says how far it is.",
                "Pull and load in the container's start script.",
                w => w.Container.At("lifecycle", "postStart") is null
            ),
            new(
                "startup-probe",
                "There is no startup probe of ten minutes or more: a pod that still pulls or loads is killed, or looks ready.",
                "Add a startupProbe whose periodSeconds x failureThreshold covers pull and load.",
                w => Seconds(w.Container.At("startupProbe")) >= LeastStartupSeconds
            ),
            new(
                "readiness-probe",
                "Ready does not mean that the model is in GPU memory: the root path answers 200 without any model.",
                "Have the readinessProbe look at /api/ps for the model, and at size_vram == size.",
                w => Mentions(w.Container.At("readinessProbe"), ["/api/ps", "ollama ps"])
            ),
            new(
                "liveness-probe",
                "There is no patient liveness probe: a hung server stays, or a busy one is killed.",
                "Ask GET /api/version, and give it a minute or more; never ask the model.",
                w =>
                    w.Container.At("livenessProbe") is { } probe
                    && Seconds(probe) >= LeastLivenessSeconds
                    && Seconds(probe) < 3600
                    && !Mentions(probe, s_loads)
            ),
            new(
                "pre-stop",
                "Nothing lets answers end: Ollama drops every stream at SIGTERM.",
                "Add a preStop hook that tells the gateway to drain and waits.",
                w => w.Container.At("lifecycle", "preStop") is not null
            ),
            new(
                "grace-period",
                "terminationGracePeriodSeconds is not set between 30 and 110: answers get too little time, or more than a spot node has.",
                "Set it to what the drain takes, at most 110.",
                w => w.Pod.Number("terminationGracePeriodSeconds") is >= LeastGraceSeconds and <= MostGraceSeconds
            ),
            new(
                "recreate",
                "A rolling update waits for a second GPU that is not there.",
                "Set strategy.type to Recreate.",
                w => w.Kind != "Deployment" || w.Root.Text("spec", "strategy", "type") == "Recreate"
            ),
        ];

    private static bool Mentions(YamlNode? node, string[] words) =>
        words.Any(word => node.AllText().Contains(word, StringComparison.Ordinal));

    /// <summary>How long a probe may fail; Kubernetes' defaults are 10 s and 3 times.</summary>
    private static int? Seconds(YamlNode? probe) =>
        probe is null ? null : (probe.Number("periodSeconds") ?? 10) * (probe.Number("failureThreshold") ?? 3);
}
