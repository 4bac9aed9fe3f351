using Reflow.Core;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Platform;

/// <summary>What the pages say, in one language.</summary>
sealed class PageWords
{
    public static readonly PageWords Chinese = new(true), English = new(false);

    PageWords(bool chinese) => IsChinese = chinese;

    public bool IsChinese { get; }

    /// <summary>The language of a call: <c>lang</c> in the query, otherwise the first that the browser likes of the two; Chinese when it likes neither.</summary>
    public static PageWords Of(Call call) => call.Query("lang") switch
    {
        { } lang when lang.StartsWith("zh", StringComparison.OrdinalIgnoreCase) => Chinese,
        { } lang when lang.StartsWith("en", StringComparison.OrdinalIgnoreCase) => English,
        _ => call.Http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.Value ?? "")
            .Select(tag => tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English : null)
            .FirstOrDefault(words => words is not null) ?? Chinese,
    };

    public string Tag => IsChinese ? "zh-CN" : "en";
    public string Name => IsChinese ? "中文" : "English";
    public string SignIn => IsChinese ? "登录" : "Sign in";
    public string Account => IsChinese ? "邮箱、手机号或用户 ID" : "E-mail, mobile number or user ID";
    public string Password => IsChinese ? "密码" : "Password";
    public string Consent => IsChinese ? "授权" : "Permissions";
    public string Agree => IsChinese ? "授权" : "Allow";
    public string Deny => IsChinese ? "拒绝" : "Deny";
    public string SignOut => IsChinese ? "换一个账号" : "Use another account";
    public string SentTo => IsChinese ? "授权后将返回：" : "You will be sent back to:";
    public string Problem => IsChinese ? "出错了" : "Something is wrong";
    public string TellOwner => IsChinese ? "请把下面的信息告诉应用的开发者。" : "Please tell the app's developer what stands below.";

    public string SignInTo(string app) => IsChinese ? $"登录后继续使用“{app}”" : $"to continue to {app}";

    public string Wants(string app) => IsChinese ? $"“{app}”请求以下权限" : $"{app} asks for permission to";

    public string SignedInAs(string user) => IsChinese ? $"已登录：{user}" : $"Signed in as {user}.";

    /// <summary>Why the sign-in page is shown again.</summary>
    public string Of(Authorize.Fault fault, long seconds) => fault switch
    {
        Authorize.Fault.Missing => IsChinese ? "请输入账号和密码。" : "Enter your account and your password.",
        Authorize.Fault.Wrong => IsChinese ? "账号或密码不正确。" : "The account or the password is wrong.",
        Authorize.Fault.TooMany => IsChinese ? $"尝试次数过多，请在 {(seconds + 59) / 60} 分钟后再试。" : $"Too many attempts. Try again in {(seconds + 59) / 60} min.",
        Authorize.Fault.Inactive => IsChinese ? "该账号已被停用。" : "This account is not active.",
        Authorize.Fault.Expired => IsChinese ? "页面已过期，请重新登录。" : "The page has expired. Please sign in again.",
    };

    /// <summary>What is wrong with the app's request.</summary>
    public string Of(Error error) => error.Code switch
    {
        20001 => IsChinese ? "应用打开此页面时缺少参数或参数有误。" : "The app opened this page with a parameter missing or wrong.",
        20009 => IsChinese ? "企业尚未安装该应用。" : "The app is not installed.",
        20010 => IsChinese ? "你没有使用该应用的权限。" : "You may not use this app.",
        20027 => IsChinese ? "应用请求了它未开通的权限。" : "The app asks for permissions that it was not granted.",
        20029 => IsChinese ? "重定向地址不在应用的安全设置中。" : "The address to go back to is not one that the app registered.",
        20048 => IsChinese ? "应用不存在。" : "There is no such app.",
        20069 => IsChinese ? "应用已停用。" : "The app is switched off.",
        20063 => IsChinese ? "页面已过期，请从应用重新开始。" : "The page has expired. Please start again from the app.",
        20072 => IsChinese ? "服务器繁忙，请稍后再试。" : "The server is busy. Please try again.",
        _ => IsChinese ? "服务器出错。" : "The server failed.",
    };
}
