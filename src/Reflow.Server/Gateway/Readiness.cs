using Reflow.Core;
using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>Whether a balancer should send calls to this node. Calls that come all the same are served as well as they can be.</summary>
/// <param name="node">What knows whether the store is reached.</param>
sealed class Readiness(NodeNumber node)
{
    volatile bool stopping;

    /// <summary>Whether the server was told to stop: connections are closed after the answer that is under way on them.</summary>
    public bool IsStopping => stopping;

    /// <summary>Why no calls should be sent here; null when they should.</summary>
    public Error? Fault => stopping ? Unready("this node is stopping") : node.Fault is { } why ? Unready(why) : null;

    /// <summary>The server was told to stop.</summary>
    public void Stop() => stopping = true;

    static Error Unready(string why) => new(503, 503, why);
}
